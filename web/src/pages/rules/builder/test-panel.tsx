import { useEffect, useRef, useState } from 'react';
import { api, problemFrom } from '../../../api/client';
import { useResource } from '../../../api/resource';
import type { Problem } from '../../../api/types';
import type { RuleDraft, StoredItem, TestDecision } from '../../../api/types-rules';
import { useQuery } from '../../../shell/router';
import { Button } from '../../../ui/basics';
import { Check, Field, SelectField } from '../../../ui/fields';
import { milliseconds, plural, relative } from '../../../ui/format';
import { ProblemNote } from '../../../ui/problem';
import { example, itemWords, readItems } from '../model/samples';
import { outcomeNames, typeName } from '../model/words';
import type { Catalogue } from '../model/words';
import { TraceTree } from '../trace';
import { Findings } from './findings';

/** How long nothing is edited before a test runs again by itself, in milliseconds. */
const pause = 600;
const recentMax = 20;

/** Tries the rule as it stands on the page on items; nothing is stored and nothing is done. */
export function TestPanel({ rule, lack, catalogue }: { rule: RuleDraft; /** What the rule still lacks, in words. */ lack: string | null; catalogue: Catalogue }) {
  const [asked] = useQuery('item');
  const onlyType = rule.contentTypeIds.length === 1 ? `&typeId=${encodeURIComponent(rule.contentTypeIds[0] ?? '')}` : '';
  const recent = useResource<StoredItem[]>(`/items?limit=${recentMax}${onlyType}`);
  // One may come here with an item that is no longer among the latest.
  const named = useResource<StoredItem>(asked && recent.value && !recent.value.some((one) => String(one.sequence) === asked) ? `/items/${encodeURIComponent(asked)}` : null);
  const items = [...(named.value ? [named.value] : []), ...(recent.value ?? [])].filter((item) => rule.contentTypeIds.length === 0 || rule.contentTypeIds.includes(item.typeId));
  const [source, setSource] = useState<'recent' | 'paste' | null>(null);
  const [picked, setPicked] = useState(asked);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isAuto, setAuto] = useState(true);
  const [tested, setTested] = useState<TestDecision[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const running = useRef<AbortController | null>(null);
  const shown = source ?? (items.length > 0 ? 'recent' : 'paste');
  const type = catalogue.types.find((one) => one.id === (rule.contentTypeIds[0] ?? catalogue.types[0]?.id));
  const item = items.find((one) => String(one.sequence) === picked) ?? items[0];

  const body = (): Record<string, unknown> | null => {
    if (shown === 'recent') return item ? { rule, itemIds: [item.id] } : null;
    const read = readItems(text, rule.contentTypeIds[0] ?? catalogue.types[0]?.id ?? '');
    setWrong('wrong' in read ? read.wrong : undefined);
    return 'items' in read ? { rule, items: read.items } : null;
  };
  const run = () => {
    const sent = body();
    if (!sent) return;
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    setBusy(true);
    api.post<{ decisions: TestDecision[] }>('/rules/test', sent).then(
      (answer) => { if (!stop.signal.aborted) { setTested(answer.decisions); setProblem(null); } },
      (error) => { if (!stop.signal.aborted) setProblem(problemFrom(error)); },
    ).finally(() => { if (!stop.signal.aborted) setBusy(false); });
  };
  useEffect(() => () => running.current?.abort(), []);
  const ruleText = JSON.stringify(rule);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!tested || !isAuto || lack) return undefined;
    const timer = window.setTimeout(() => latest.current(), pause);
    return () => window.clearTimeout(timer);
  }, [ruleText, shown, item?.sequence, isAuto, lack]);

  return (
    <section className="card stack test-panel" aria-labelledby="rule-test">
      <div className="row spread"><h2 id="rule-test">Test</h2><span className="quiet small">Nothing is stored or done.</span></div>
      <div className="row" role="group" aria-label="Which item">
        <button type="button" className="button small" aria-pressed={shown === 'recent'} disabled={items.length === 0} onClick={() => setSource('recent')}>A recent one</button>
        <button type="button" className="button small" aria-pressed={shown === 'paste'} onClick={() => setSource('paste')}>Paste one</button>
      </div>
      {shown === 'recent' ? (
        <SelectField label="Recent item" value={item ? String(item.sequence) : ''} onChange={(event) => setPicked(event.target.value)}>
          {items.map((one) => <option key={one.sequence} value={one.sequence}>{itemWords(one.data)} · {typeName(one.typeId, catalogue)}, {relative(one.receivedAt)}</option>)}
        </SelectField>
      ) : (
        <Field label="Item" wrong={wrong} help="JSON: an item, a list of some, or only the data of one."
          after={<Button isSmall look="plain" onClick={() => { setText(example(type)); setWrong(undefined); }}>Write an example</Button>}>
          {(wired) => <textarea {...wired} className="input mono" rows={7} spellCheck={false} value={text} onChange={(event) => { setText(event.target.value); setWrong(undefined); }} />}
        </Field>
      )}
      <div className="row wrap">
        <Button look="primary" icon="play-fill" isBusy={isBusy && !tested} disabled={lack !== null || (shown === 'recent' ? !item : !text.trim())} onClick={run}>Test</Button>
        <Check label="Again as I edit" checked={isAuto} onChange={setAuto} />
      </div>
      {lack && <p className="quiet small">First: {lack}</p>}
      {problem && <ProblemNote problem={problem} />}
      {tested && !problem && (
        <div className="stack" aria-live="polite" aria-busy={isBusy}>
          {tested.length === 1 && tested[0] && <Told decision={tested[0]} catalogue={catalogue} />}
          {tested.length > 1 && (
            <>
              <p><strong>{tested.filter((one) => one.outcome === 'PASSED').length} of {tested.length} passed.</strong></p>
              {tested.map((one, place) => (
                <details key={place}>
                  <summary>{outcomeNames[one.outcome].sign} {one.item.id ?? place + 1}: {outcomeNames[one.outcome].label}</summary>
                  <Told decision={one} catalogue={catalogue} />
                </details>
              ))}
            </>
          )}
        </div>
      )}
    </section>
  );
}

function Told({ decision, catalogue }: { decision: TestDecision; catalogue: Catalogue }) {
  const { label, sign, mood } = outcomeNames[decision.outcome];
  return (
    <div className="stack tight">
      <p>
        <span className={`sign ${mood}`} aria-hidden="true">{sign}</span><strong>{decision.outcome === 'PASSED' ? 'It passes' : decision.outcome === 'ERRORED' ? 'It could not be told' : 'It does not pass'}</strong>
        <span className="visually-hidden">: {label}</span>
        <span className="quiet small"> in {milliseconds(decision.milliseconds)}, {plural(decision.signalRuns, 'signal run')}</span>
      </p>
      <Findings list={decision.findings ?? []} />
      {decision.trace && <TraceTree trace={decision.trace} catalogue={catalogue} label="Why" />}
    </div>
  );
}
