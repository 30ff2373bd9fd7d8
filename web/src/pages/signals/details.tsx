import { useResource } from '../../api/resource';
import type { Signal, Subcategory } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Icon } from '../../ui/basics';
import { milliseconds, number } from '../../ui/format';
import { ModelCardView } from '../../ui/model-card';
import { refusal } from '../rules/model/fits';
import { comparatorName, scalarName } from '../rules/model/words';
import { costWords, priceWords } from './gallery';
import { SignalLogo } from './logo';
import { TrySignal } from './try';

/** Everything there is to know of one signal before a rule relies on it. */
export function SignalDetails({ signal: known }: { signal: Signal }) {
  const whole = useResource<Signal>(`/signals/${encodeURIComponent(known.type)}`);
  const signal = whole.value ?? known;
  const { may } = useSession();
  const why = refusal(signal);
  const { thresholds, integration, health } = signal;
  const output = signal.outputType;
  return (
    <div className="stack loose">
      <div className="row top-aligned">
        <SignalLogo signal={signal} isLarge />
        <div className="grow stack tight">
          <p>{signal.description}</p>
          <span className="row wrap small quiet" style={{ gap: '2px 12px' }}>
            {integration && signal.plugin ? <Link href={`/plugins/${encodeURIComponent(signal.plugin)}`}>{integration.title}</Link> : <span>Built in</span>}
            {signal.docsUrl && <a href={signal.docsUrl} target="_blank" rel="noreferrer noopener">Guide <Icon name="box-arrow-up-right" /></a>}
          </span>
        </div>
      </div>
      {why && (
        <div className="notice warn">
          <strong>{why}</strong>
          {signal.disabled && signal.plugin && <span><Link href={`/plugins/${encodeURIComponent(signal.plugin)}/configuration`}>Configure {integration?.title ?? signal.plugin}</Link></span>}
        </div>
      )}
      <dl className="facts">
        <dt>Looks at</dt><dd>{signal.eligibleInputs.map(scalarName).join(', ')}</dd>
        <dt>Says</dt><dd>{output.enum ? `one of ${output.enum.join(', ')}${output.ordered ? ', from low to high' : ''}` : output.scalarType === 'BOOLEAN' ? 'yes or no' : `a ${scalarName(output.scalarType)}`}</dd>
        {signal.comparators.length > 0 && output.scalarType !== 'BOOLEAN' && <><dt>Compared with</dt><dd>{signal.comparators.map(comparatorName).join(', ')}</dd></>}
        {thresholds && <><dt>Recommended</dt><dd><strong>{thresholds.highPrecision}</strong> for fewer false positives, <strong>{thresholds.highRecall}</strong> for fewer false negatives</dd></>}
        <dt>Price</dt><dd>{priceWords(signal)}</dd>
        <dt>Languages</dt><dd>{signal.languages === 'ALL' ? 'all' : signal.languages.join(', ').toLowerCase().replace(/_/g, ' ')}</dd>
        <dt>Cost</dt><dd>{costWords(signal)}{signal.measuredCostMs !== undefined && <span className="quiet"> · measured {milliseconds(signal.measuredCostMs)}</span>}</dd>
        {health && <><dt>Health</dt><dd>{number(health.calls)} calls, {number(health.errors)} failed{health.p95Ms !== null && <>, p95 {milliseconds(health.p95Ms)}</>}</dd></>}
        {signal.isOfCatalog && <><dt>From</dt><dd>the catalog its integration made for this organisation</dd></>}
        {signal.needsMatchingValues && <><dt>Needs</dt><dd>texts or banks to match with</dd></>}
        {signal.needsActionPenalties && <><dt>Needs</dt><dd>penalties of actions, which this hub does not keep: a condition that asks it could not be told</dd></>}
      </dl>
      {signal.subcategories.length > 0 && <section className="stack tight"><h3>Subcategories</h3><Tree list={signal.subcategories} /></section>}
      {may('rule:write') && <TrySignal signal={signal} />}
      {signal.modelCard && <section className="stack"><h3>Model card</h3><ModelCardView card={signal.modelCard} /></section>}
    </div>
  );
}

function Tree({ list }: { list: Subcategory[] }) {
  return (
    <ul style={{ paddingLeft: 16, listStyle: 'disc' }}>
      {list.map((one) => (
        <li key={one.id}>{one.label}{one.description && <span className="quiet small"> {one.description}</span>}{one.children?.length > 0 && <Tree list={one.children} />}</li>
      ))}
    </ul>
  );
}
