import { api } from '../../api/client';
import type { ReviewQueue, RoutingAnswer, RoutingRule } from '../../api/types-review';
import { Findings } from '../rules/builder/findings';
import { TryPanel } from '../rules/builder/try-panel';
import type { Catalogue } from '../rules/model/words';
import { RoutingSteps } from './steps';

/** Where items would go by the rules that are live, or with a rule of the page as if it were. */
export function RoutingTestPanel({ draft, order = '', rule, typeIds, lack, queues, catalogue }: {
  /** As it stands on the page; null: as things are. */
  draft: Record<string, unknown> | null;
  /** Another text when what is live is another. */
  order?: string;
  /** Whose place it takes; null: behind all others. */
  rule: RoutingRule | null;
  typeIds: string[];
  lack: string | null;
  queues: ReviewQueue[];
  catalogue: Catalogue;
}) {
  const nameOf = (id: string | undefined) => queues.find((one) => one.id === id)?.name ?? id;
  const ask = async (tried: object) => {
    const asked = draft ? { rule: draft, ...(rule ? { ruleId: rule.id } : {}), ...tried } : tried;
    return (await api.post<{ results: RoutingAnswer[] }>('/routing-rules/test', asked)).results;
  };
  return (
    <TryPanel<RoutingAnswer> title="Where would it go?" subject={JSON.stringify([draft, rule?.revision, order])} typeIds={typeIds} lack={lack} catalogue={catalogue} ask={ask}>
      {(answers) => answers.map((one, place) => (
        <div key={place} className="stack tight">
          {one.findings ? <><p><strong>{one.item.id ?? `Item ${place + 1}`} could not be read</strong></p><Findings list={one.findings} /></> : (
            <>
              <p>{answers.length > 1 && <>{one.item.id}: </>}{one.queueId ? <>It would wait in <strong>{nameOf(one.queueId)}</strong>.</> : <strong>There is no queue to take it.</strong>}</p>
              {one.rules.length > 0
                ? <RoutingSteps steps={one.rules} problem={one.problem?.message} catalogue={catalogue} sent="sends it there" isOpen={answers.length === 1} />
                : <p className="quiet small">{one.problem?.message ?? 'No live routing rule looks at this item type, so the default queue takes it.'}</p>}
            </>
          )}
        </div>
      ))}
    </TryPanel>
  );
}
