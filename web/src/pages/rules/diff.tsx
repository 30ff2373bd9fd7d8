import type { LeafCondition, Rule } from '../../api/types-rules';
import { plural } from '../../ui/format';
import { conditionsDiff, hasChanged, valueChanges } from './model/diff';
import type { DiffNode, Mark } from './model/diff';
import { conjunctionNames, leafWords, stateNames, typeName } from './model/words';
import type { Catalogue } from './model/words';

/** Two versions of a rule beside each other, with what changed marked. */
export function RuleDiff({ before, after, catalogue }: { before: Rule; after: Rule; catalogue: Catalogue }) {
  const names = (ids: string[] | undefined, list: { id: string; name: string }[]) => (ids ?? []).map((id) => list.find((one) => one.id === id)?.name ?? id).join(', ');
  const facts: [string, (rule: Rule) => string][] = [
    ['Name', (rule) => rule.name], ['Description', (rule) => rule.description ?? ''], ['Status', (rule) => stateNames[rule.status].label],
    ['Item types', (rule) => (rule.contentTypeIds ?? []).map((id) => typeName(id, catalogue)).join(', ') || 'all'], ['Actions', (rule) => names(rule.actionIds, catalogue.actions)],
    ['Policies', (rule) => names(rule.policyIds, catalogue.policies)], ['Tags', (rule) => (rule.tags ?? []).join(', ')],
    ['At most a day', (rule) => rule.maxDailyActions?.toString() ?? 'without limit'], ['Expires', (rule) => (rule.expirationTime ? new Date(rule.expirationTime).toLocaleString() : 'never')],
  ];
  const changed = facts.filter(([, of]) => of(before) !== of(after));
  const conditions = conditionsDiff(before, after);
  const isSame = changed.length === 0 && !hasChanged(conditions);
  return (
    <div className="stack">
      {isSame && <p className="quiet" role="status">These versions say the same.</p>}
      {changed.length > 0 && (
        <dl className="facts">{changed.map(([label, of]) => [
          <dt key={label}>{label}</dt>,
          <dd key={`${label} values`}><del className="removed">{of(before) || 'none'}</del> <span aria-hidden="true">→</span> <ins className="added">{of(after) || 'none'}</ins></dd>,
        ])}</dl>
      )}
      <ul className="trace" aria-label="Conditions, with what changed"><Node node={conditions} catalogue={catalogue} /></ul>
    </div>
  );
}

const marks: Record<Mark, { sign: string; words: string; look: string }> = {
  same: { sign: ' ', words: '', look: '' }, added: { sign: '+', words: 'added: ', look: 'added' }, removed: { sign: '−', words: 'removed: ', look: 'removed' },
  changed: { sign: '~', words: 'changed: ', look: 'changed' },
};

function Node({ node, catalogue }: { node: DiffNode; catalogue: Catalogue }) {
  const { sign, words, look } = marks[node.mark];
  const { before, after } = node.conjunctions ?? {};
  const both = (left: string, right: string) => (left && right && left !== right
    ? <><del className="removed">{left}</del> <span aria-hidden="true">→</span> <ins className="added">{right}</ins></> : <span className={look}>{right || left}</span>);
  return (
    <li>
      <div className="row top-aligned trace-row">
        <span className={`sign ${look}`}><span aria-hidden="true">{sign}</span><span className="visually-hidden">{words}</span></span>
        {node.children
          ? <strong>{both(before ? conjunctionNames[before][0] : '', after ? conjunctionNames[after][0] : '')}</strong>
          : (
            <div className="stack tight" style={{ gap: 2 }}>
              <span>{both(node.before ? leafWords(node.before, catalogue) : '', node.after ? leafWords(node.after, catalogue) : '')}</span>
              {node.mark === 'changed' && <Values before={node.before} after={node.after} />}
            </div>
          )}
      </div>
      {node.children && <ul>{node.children.map((child, place) => <Node key={place} node={child} catalogue={catalogue} />)}</ul>}
    </li>
  );
}

const shownMax = 50;

/** Which texts, places and arguments came and went; the sentence above only counts them. */
function Values({ before, after }: { before: Partial<LeafCondition> | undefined; after: Partial<LeafCondition> | undefined }) {
  const { removed, added } = valueChanges(before, after);
  const list = [...removed.map((text) => ({ text, isGone: true })), ...added.map((text) => ({ text, isGone: false }))];
  if (list.length === 0) return null;
  return (
    <ul className="small" aria-label="Values that came and went" style={{ overflowWrap: 'anywhere' }}>
      {list.slice(0, shownMax).map(({ text, isGone }) => (
        <li key={`${isGone ? '-' : '+'} ${text}`}>{isGone ? <del className="removed"><span className="visually-hidden">removed: </span>− {text}</del> : <ins className="added"><span className="visually-hidden">added: </span>+ {text}</ins>}</li>
      ))}
      {list.length > shownMax && <li className="quiet">and {plural(list.length - shownMax, 'more change')}</li>}
    </ul>
  );
}
