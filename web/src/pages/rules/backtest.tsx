import { useEffect, useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWork } from '../../api/resource';
import type { Backtest, Rule, RuleDraft } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { Ago, Badge, Button, Empty, Progress } from '../../ui/basics';
import { SelectField } from '../../ui/fields';
import { number, plural } from '../../ui/format';
import { Loaded, ProblemNote } from '../../ui/problem';
import { outcomeNames } from './model/words';
import type { Catalogue } from './model/words';
import { TraceTree } from './trace';

const counts = [100, 1000, 5000, 10_000];
/** How often a running one is read where no event comes, in milliseconds. */
const look = 1000;

/** Runs the rule as it stands over stored items, and says what it would decide otherwise than what is live. Nothing is done to the items. */
export function BacktestPart({ rule, draft, isDirty, lack, catalogue }: { rule: Rule | null; draft: RuleDraft; isDirty: boolean; lack: string | null; catalogue: Catalogue }) {
  const list = useResource<Backtest[]>('/rules/backtests');
  const [last, setLast] = useState('1000');
  const [chosen, setChosen] = useState<string | null>(null);
  useEvents('backtests', (data) => {
    const changed = data as Backtest;
    if (changed.id && list.value?.some((one) => one.id === changed.id)) list.replace(list.value.map((one) => (one.id === changed.id ? { ...one, ...changed } : one)));
    else list.reload();
  });
  const start = useWork(async () => {
    const body = { last: Number(last), ruleId: rule?.id, rule: isDirty ? draft : undefined };
    const begun = await api.post<Backtest>('/rules/backtests', body);
    list.replace([begun, ...(list.value ?? []).filter((one) => one.id !== begun.id)]);
    setChosen(begun.id);
  });
  const own = (list.value ?? []).filter((one) => !rule || one.ruleId === undefined || one.ruleId === rule.id || one.id === chosen);
  const running = own.find((one) => one.state === 'running');
  useEffect(() => {
    if (!running) return undefined;
    const timer = window.setInterval(() => list.reload(), look);
    return () => window.clearInterval(timer);
  }, [running?.id]);
  const shown = own.find((one) => one.id === chosen) ?? running ?? own[0];
  return (
    <div className="stack loose">
      <section className="card stack" aria-labelledby="rule-backtest">
        <h2 id="rule-backtest">What would change?</h2>
        <p className="quiet">{isDirty ? 'The rule as it stands on the page, not saved,' : 'The rule'} decides stored items once more. {rule?.state === 'LIVE' ? 'What it decides is compared with what it says now it is live.' : 'It is not live, so whatever passes would be new.'} No action is done.</p>
        <div className="row wrap" style={{ alignItems: 'flex-end' }}>
          <SelectField label="Over the last" value={last} onChange={(event) => setLast(event.target.value)}>{counts.map((one) => <option key={one} value={one}>{number(one)} items</option>)}</SelectField>
          <Button look="primary" icon="play-fill" isBusy={start.isBusy} disabled={lack !== null || running !== undefined} onClick={() => void start.run()}>Run</Button>
        </div>
        {lack && <p className="quiet small">First: {lack}</p>}
        {start.problem && <ProblemNote problem={start.problem} />}
      </section>
      <Loaded from={list}>{() => (shown ? <Shown key={shown.id} backtest={shown} catalogue={catalogue} onChanged={list.reload} /> : (
        <Empty icon="clock-history" title="Nothing was tried yet">A run tells how many stored items would be decided otherwise, with some of them to look at.</Empty>
      ))}</Loaded>
      {own.length > 1 && (
        <section className="card flush" aria-labelledby="rule-backtests">
          <h2 id="rule-backtests" style={{ padding: '12px 16px 0' }}>Earlier runs</h2>
          <ul className="list">
            {own.map((one) => (
              <li key={one.id} className="row wrap">
                <span className="grow"><Ago at={one.startedAt} />, {plural(one.total, 'item')} {one.result && <span className="quiet">· {number(one.result.wouldStart)} would start to pass, {number(one.result.wouldStop)} would stop</span>}</span>
                <State backtest={one} />
                <Button isSmall disabled={one.id === shown?.id} onClick={() => setChosen(one.id)}>Show<span className="visually-hidden"> this run</span></Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function State({ backtest }: { backtest: Backtest }) {
  const looks = { running: 'accent', done: 'good', failed: 'bad', cancelled: 'warn' } as const;
  return <Badge look={looks[backtest.state]}>{backtest.state}</Badge>;
}

function Shown({ backtest, catalogue, onChanged }: { backtest: Backtest; catalogue: Catalogue; onChanged: () => void }) {
  const cancel = useWork(async () => {
    await api.delete(`/rules/backtests/${encodeURIComponent(backtest.id)}`);
    onChanged();
  });
  const left = backtest.ratePerSecond > 0 ? (backtest.total - backtest.done) / backtest.ratePerSecond : null;
  const { result } = backtest;
  const whole = useResource<Backtest>(backtest.state === 'running' ? null : `/rules/backtests/${encodeURIComponent(backtest.id)}`);
  return (
    <section className="card stack" aria-labelledby="rule-backtest-result">
      <div className="row wrap">
        <h2 id="rule-backtest-result" className="grow">{backtest.state === 'running' ? 'At work' : 'What came out'}</h2>
        <State backtest={backtest} />
      </div>
      {backtest.state === 'running' && (
        <>
          <Progress done={backtest.done} total={backtest.total} label="Items decided" />
          <div className="row wrap">
            <span className="grow quiet small" role="status">{number(backtest.done)} of {number(backtest.total)} items, {number(Math.round(backtest.ratePerSecond))} a second{left !== null && left >= 1 && `, ${Math.ceil(left)} s left`}</span>
            <Button isSmall icon="stop-fill" isBusy={cancel.isBusy} onClick={() => void cancel.run()}>Cancel</Button>
          </div>
        </>
      )}
      {cancel.problem && <ProblemNote problem={cancel.problem} />}
      {backtest.state === 'cancelled' && <p className="quiet">Cancelled after {plural(backtest.done, 'item')}.</p>}
      {backtest.problem && <ProblemNote problem={backtest.problem} />}
      {result && <Result result={result} hasLive={backtest.hasLiveVersion ?? true} />}
      {result && <Loaded from={whole}>{(one) => <Samples result={one.result ?? result} catalogue={catalogue} />}</Loaded>}
    </section>
  );
}

function Result({ result, hasLive }: { result: NonNullable<Backtest['result']>; hasLive: boolean }) {
  const part = (count: number) => (result.items > 0 ? `${((count / result.items) * 100).toFixed(1)} %` : '–');
  const figures: [string, number, string?][] = [
    ['would pass', result.passed, part(result.passed)], ...(hasLive ? [['pass as it is live', result.live.passed, part(result.live.passed)] as [string, number, string]] : []),
    ['would start to pass', result.wouldStart], ['would stop passing', result.wouldStop], ['could not be told', result.errored], ['signal runs', result.signalRuns],
  ];
  return (
    <>
      <p>Of {plural(result.items, 'item')}:</p>
      <ul className="figures" aria-label="What would change">
        {figures.map(([label, count, share]) => <li key={label}><div className="figure">{number(count)}</div><span className="quiet small">{label}{share && ` · ${share}`}</span></li>)}
      </ul>
    </>
  );
}

/** Items that would be decided otherwise, each with the reason. */
function Samples({ result, catalogue }: { result: NonNullable<Backtest['result']>; catalogue: Catalogue }) {
  const samples = result.samples ?? [];
  return (
    <>
      {samples.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Items that would be decided otherwise">
          <table>
            <caption style={{ textAlign: 'left', paddingBottom: 6 }} className="quiet small">Items that would be decided otherwise{samples.length < result.wouldStart + result.wouldStop && `, ${samples.length} of ${number(result.wouldStart + result.wouldStop)}`}</caption>
            <thead><tr><th>Item</th><th>Is</th><th>Would be</th><th>Why</th></tr></thead>
            <tbody>{samples.map((sample) => (
              <tr key={sample.sequence}>
                <td><Link href={`/items/${sample.sequence}`}>{sample.itemId}</Link></td>
                <td>{sample.was ? 'passes' : 'does not pass'}</td>
                <td><span className={`sign ${outcomeNames[sample.outcome]?.mood ?? 'idle'}`} aria-hidden="true">{outcomeNames[sample.outcome]?.sign}</span>{sample.is ? 'passes' : outcomeNames[sample.outcome]?.label ?? 'does not pass'}</td>
                <td>{sample.decision?.trace && <details><summary className="small">Why<span className="visually-hidden"> {sample.itemId}</span></summary><TraceTree trace={sample.decision.trace} catalogue={catalogue} label={`Why ${sample.itemId}`} /></details>}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
      {samples.length === 0 && <p className="quiet">No item would be decided otherwise.</p>}
    </>
  );
}
