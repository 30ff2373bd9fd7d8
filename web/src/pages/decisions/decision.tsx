import { useResource } from '../../api/resource';
import type { Decision } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { Ago, Badge, Copyable, Empty } from '../../ui/basics';
import { milliseconds, number, plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { useCatalogue } from '../rules/model/catalogue';
import { outcomeNames, stateNames, typeName } from '../rules/model/words';
import type { Catalogue } from '../rules/model/words';
import { TraceTree } from '../rules/trace';
import { ActionStates } from './decisions';

/** Why a decision fell: every rule that looked at the item, with its whole trace. */
export function DecisionPage({ id }: { id: string }) {
  const decision = useResource<Decision>(`/decisions/${encodeURIComponent(id)}`);
  const catalogue = useCatalogue();
  if (decision.problem?.status === 404 && !decision.value) {
    return (
      <Empty icon="inbox" title="There is no such decision" level="h1" action={<Link className="button primary" href="/decisions">To the decisions</Link>}>
        Nothing was decided under <code style={{ overflowWrap: 'anywhere' }}>{id}</code> in this organisation.
      </Empty>
    );
  }
  return <Loaded from={decision}>{(value) => <Whole decision={value} catalogue={catalogue} />}</Loaded>;
}

function Whole({ decision, catalogue }: { decision: Decision; catalogue: Catalogue }) {
  const passed = decision.rules.filter((one) => one.outcome === 'PASSED');
  const live = passed.filter((one) => one.status === 'LIVE');
  return (
    <>
      <div className="stack tight">
        <h1>{live.length > 0 ? `${live.map((one) => one.name).join(' and ')} passed` : passed.length > 0 ? 'Only background rules passed' : 'No rule passed'}</h1>
        <p className="quiet"><Ago at={decision.at} /> about {typeName(decision.itemTypeId, catalogue)} <Link href={`/items/${decision.sequence}`}>{decision.itemId}</Link></p>
      </div>
      <DecisionFacts decision={decision} catalogue={catalogue} />
      <DecisionRules decision={decision} catalogue={catalogue} />
    </>
  );
}

export function DecisionFacts({ decision, catalogue }: { decision: Decision; catalogue: Catalogue }) {
  return (
    <section className="card" aria-label="The decision">
      <dl className="facts">
        <dt>Took</dt><dd>{milliseconds(decision.milliseconds)}, {plural(decision.conditions, 'condition')}, {plural(decision.signalRuns, 'signal run')}</dd>
        <dt>Actions</dt><dd>{decision.actions.length > 0 ? <ActionStates decision={decision} nameOf={(id) => catalogue.actions.find((one) => one.id === id)?.name ?? id} /> : 'none'}</dd>
        <dt>Decision</dt><dd><Copyable text={decision.id} /></dd>
        <dt>Item no.</dt><dd><Link href={`/items/${decision.sequence}`}>{number(decision.sequence)}</Link></dd>
      </dl>
    </section>
  );
}

/** Rules that passed first, then those that could not be told; the others are folded. */
export function DecisionRules({ decision, catalogue }: { decision: Decision; catalogue: Catalogue }) {
  const rank = { PASSED: 0, ERRORED: 1, FAILED: 2, INAPPLICABLE: 3 };
  const sorted = [...decision.rules].sort((a, b) => rank[a.outcome] - rank[b.outcome]);
  if (sorted.length === 0) return <p className="quiet">No rule looks at items of this type.</p>;
  return (
    <>
      {sorted.map((rule) => {
        const { label, sign, mood } = outcomeNames[rule.outcome];
        return (
          <section key={rule.id} className="card stack" aria-label={rule.name}>
            <div className="row wrap">
              <span className={`sign ${mood}`} aria-hidden="true">{sign}</span>
              <h2><Link href={`/rules/${encodeURIComponent(rule.id)}`}>{rule.name}</Link></h2>
              <span className="quiet grow">{label}</span>
              <Badge>version {rule.version}</Badge><Badge look={rule.status === 'LIVE' ? 'good' : undefined}>{stateNames[rule.status].label.toLowerCase()}</Badge>
            </div>
            {rule.trace ? (
              <details open={rule.outcome === 'PASSED' || rule.outcome === 'ERRORED' || sorted.length === 1}>
                <summary className="small quiet">Why</summary>
                <TraceTree trace={rule.trace} catalogue={catalogue} label={`Why ${rule.name} ${label}`} />
              </details>
            ) : <p className="quiet small">Its trace was not kept.</p>}
          </section>
        );
      })}
    </>
  );
}
