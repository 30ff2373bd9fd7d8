import type { RoutingStep } from '../../api/types-review';
import { outcomeNames } from '../rules/model/words';
import type { Catalogue } from '../rules/model/words';
import { TraceTree } from '../rules/trace';

/** What each routing rule said, up to the one that passed. */
export function RoutingSteps({ steps, problem, catalogue, sent = 'sent it here', isOpen = false }: { steps: RoutingStep[]; problem?: string | undefined; catalogue: Catalogue; /** What the one that passed did. */ sent?: string; isOpen?: boolean }) {
  return (
    <details className="card" open={isOpen}>
      <summary>{steps.some((one) => one.outcome === 'PASSED') ? `“${steps[steps.length - 1]?.name ?? ''}” ${sent}` : 'No routing rule passes, so the default queue takes it'}</summary>
      {problem && <p className="quiet small">{problem}</p>}
      {steps.map((step) => {
        const { label, sign, mood } = outcomeNames[step.outcome];
        return (
          <div key={step.id} className="stack tight">
            <div className="row"><span className={`sign ${mood}`} aria-hidden="true">{sign}</span><strong>{step.name}</strong><span className="quiet">{label}</span></div>
            {step.trace && <TraceTree trace={step.trace} catalogue={catalogue} label={`Why ${step.name} ${label}`} />}
          </div>
        );
      })}
    </details>
  );
}
