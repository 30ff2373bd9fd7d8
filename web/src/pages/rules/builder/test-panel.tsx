import { api } from '../../../api/client';
import type { RuleDraft, TestDecision } from '../../../api/types-rules';
import { milliseconds, plural } from '../../../ui/format';
import { outcomeNames } from '../model/words';
import type { Catalogue } from '../model/words';
import { TraceTree } from '../trace';
import { Findings } from './findings';
import { TryPanel } from './try-panel';

/** Tries the rule as it stands on the page. */
export function TestPanel({ rule, lack, catalogue }: { rule: RuleDraft; /** What the rule still lacks, in words. */ lack: string | null; catalogue: Catalogue }) {
  return (
    <TryPanel<TestDecision> title="Test" subject={JSON.stringify(rule)} typeIds={rule.contentTypeIds} lack={lack} catalogue={catalogue}
      ask={async (tried) => (await api.post<{ decisions: TestDecision[] }>('/rules/test', { rule: { ...rule, name: rule.name || 'This rule' }, ...tried })).decisions}>
      {(tested) => (tested.length === 1 && tested[0] ? <Told decision={tested[0]} catalogue={catalogue} /> : (
        <>
          <p><strong>{tested.filter((one) => one.outcome === 'PASSED').length} of {tested.length} passed.</strong></p>
          {tested.map((one, place) => (
            <details key={place}>
              <summary>{outcomeNames[one.outcome].sign} {one.item.id ?? place + 1}: {outcomeNames[one.outcome].label}</summary>
              <Told decision={one} catalogue={catalogue} />
            </details>
          ))}
        </>
      ))}
    </TryPanel>
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
