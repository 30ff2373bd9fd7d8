import type { LeafTrace, Outcome, SetTrace, TraceValue } from '../../api/types-rules';
import { milliseconds } from '../../ui/format';
import { conjunctionNames, isSet, leafWords, outcomeNames, signalOf } from './model/words';
import type { Catalogue } from './model/words';

/** Why a decision fell, as the rule's own tree: what each condition came to, with which score, at what cost. */
export function TraceTree({ trace, catalogue, label }: { trace: SetTrace; catalogue: Catalogue; label: string }) {
  return <ul className="trace" aria-label={label}><TraceNode node={trace} catalogue={catalogue} /></ul>;
}

function TraceNode({ node, catalogue }: { node: LeafTrace | SetTrace; catalogue: Catalogue }) {
  if (!isSet<SetTrace>(node)) return <Leaf leaf={node} catalogue={catalogue} />;
  // A condition beside a group is stored in a set of its own (model/tree.ts); people wrote it without one.
  const only = node.conditions.length === 1 ? node.conditions[0] : undefined;
  if (only && !isSet<SetTrace>(only)) return <Leaf leaf={only} catalogue={catalogue} />;
  return (
    <li className={node.result ? '' : 'skipped'}>
      <div className="row trace-row">
        <Sign outcome={node.result?.outcome} />
        <strong>{conjunctionNames[node.conjunction][0]}</strong>
        {!node.result && <span className="quiet small">not needed</span>}
      </div>
      <ul>{node.conditions.map((child, place) => <TraceNode key={place} node={child} catalogue={catalogue} />)}</ul>
      {node.truncated && <p className="quiet small">More conditions are not shown.</p>}
    </li>
  );
}

function Sign({ outcome }: { outcome: Outcome | undefined }) {
  if (!outcome) return <span className="sign idle"><span aria-hidden="true">·</span><span className="visually-hidden">skipped: </span></span>;
  const { sign, mood, label } = outcomeNames[outcome];
  return <span className={`sign ${mood}`}><span aria-hidden="true">{sign}</span><span className="visually-hidden">{label}: </span></span>;
}

function Leaf({ leaf, catalogue }: { leaf: LeafTrace; catalogue: Catalogue }) {
  const { result } = leaf;
  const signal = signalOf(leaf.signal?.type, catalogue);
  const values = result?.values ?? [];
  return (
    <li className={result ? '' : 'skipped'}>
      <div className="row trace-row">
        <Sign outcome={result?.outcome} />
        <div className="grow stack tight" style={{ gap: 0 }}>
          <span>{leafWords(leaf, catalogue)}</span>
          {result?.error && <span className="wrong small">{result.error.message} <code className="quiet">{result.error.code}</code></span>}
          {result && !result.error && (
            <span className="quiet small">
              {[
                result.outcome === 'INAPPLICABLE' ? 'nothing to look at' : '',
                result.score !== undefined && result.score !== 'true' && result.score !== 'false' ? `score ${shortScore(result.score)}` : '',
                result.matchedValue !== undefined && result.matchedValue !== '' ? `matched “${result.matchedValue}”` : '',
                values.length === 1 && !leaf.signal && result.score !== String(values[0]?.value) && values[0]?.value !== undefined ? `value ${shortValue(values[0].value)}` : '',
              ].filter(Boolean).join(' · ')}
            </span>
          )}
          {values.length > 1 && (
            <details className="small quiet">
              <summary>{values.length} values were looked at</summary>
              <ul>{values.map((value, place) => <Value key={place} value={value} />)}</ul>
            </details>
          )}
        </div>
        <span className="quiet small nowrap trace-cost">
          {result ? (
            <>
              {result.milliseconds !== undefined && milliseconds(result.milliseconds)}
              {leaf.cost === null ? ' · asked last' : leaf.cost > 0 ? ` · cost ${leaf.cost}` : ''}
              {signal?.integration && <span className="only-wide"> · {signal.integration.title}</span>}
            </>
          ) : 'not needed'}
        </span>
      </div>
    </li>
  );
}

function Value({ value }: { value: TraceValue }) {
  return (
    <li className="row trace-row">
      <Sign outcome={value.outcome} />
      <span className="grow">
        <code>{value.type === 'FULL_ITEM' ? 'the whole item' : shortValue(value.value)}</code>
        {value.score !== undefined && ` · score ${shortScore(String(value.score))}`}
        {value.matchedValue && ` · matched “${value.matchedValue}”`}
        {value.error && <span className="wrong"> {value.error.message}</span>}
      </span>
    </li>
  );
}

function shortValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** Digits beyond the fourth are noise to whoever chooses a threshold. */
function shortScore(score: string): string {
  const number = Number(score);
  return score.trim() !== '' && Number.isFinite(number) && score.includes('.') ? String(Number(number.toPrecision(4))) : score;
}
