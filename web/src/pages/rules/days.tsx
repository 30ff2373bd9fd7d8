import { useResource } from '../../api/resource';
import type { Rule, RuleDay } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { Empty } from '../../ui/basics';
import { number } from '../../ui/format';
import { Loaded } from '../../ui/problem';

const daysShown = 30;

/** How often a rule passed, day by day: before it goes live, and while it is. Days are of UTC. */
export function DaysPart({ rule }: { rule: Rule }) {
  const days = useResource<RuleDay[]>(`/rules/${encodeURIComponent(rule.id)}/days?days=${daysShown}`);
  return (
    <Loaded from={days}>
      {(list) => list.every((one) => one.looked === 0) ? (
        <Empty icon="bar-chart" title="It has looked at nothing yet" action={<Link className="button" href={`/rules/${encodeURIComponent(rule.id)}/what-would-change`}>What would change?</Link>}>
          In the background it looks at every item and does nothing; what that comes to stands here.
        </Empty>
      ) : (
        <section className="card flush table-scroll" tabIndex={0} aria-label="Day by day">
          <table>
            <caption className="visually-hidden">How often {rule.name} passed in the last {daysShown} days</caption>
            <thead><tr><th>Day</th><th className="number">Looked at</th><th className="number">Passed</th><th>Share</th><th className="number">Not told</th><th className="number">Actions</th></tr></thead>
            <tbody>{sinceItLooked(list).map((one) => (
              <tr key={one.day} className={one.looked === 0 ? 'quiet' : ''}>
                <td>{one.day}</td><td className="number">{number(one.looked)}</td><td className="number">{number(one.passed)}</td>
                <td style={{ width: '30%' }}>{one.looked > 0 && <Share part={one.passed / one.looked} />}</td>
                <td className="number">{one.errored > 0 ? <span className="wrong">{number(one.errored)}</span> : 0}</td><td className="number">{number(one.actions)}</td>
              </tr>
            ))}</tbody>
          </table>
        </section>
      )}
    </Loaded>
  );
}

/** Without the days before it first looked at anything; the latest stands first. */
function sinceItLooked(list: RuleDay[]): RuleDay[] {
  const before = [...list].reverse().findIndex((one) => one.looked > 0);
  return list.slice(0, list.length - Math.max(before, 0));
}

function Share({ part }: { part: number }) {
  return (
    <span className="row" style={{ gap: 8 }}>
      <span className="share" aria-hidden="true"><span style={{ width: `${Math.max(part * 100, part > 0 ? 1 : 0)}%` }} /></span>
      <span className="small nowrap">{(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %</span>
    </span>
  );
}
