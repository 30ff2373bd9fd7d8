import { useEffect, useRef, useState } from 'react';
import { useEvents } from '../../api/events';
import { useResource } from '../../api/resource';
import type { Failure, LogLine, MetricsMinute } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { Chart } from '../../ui/chart';
import { Filter, SearchField } from '../../ui/fields';
import { bytes, milliseconds, number } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import type { PartProps } from './plugin';

/** Calls, times, memory as small charts; logs as they come; failures with the stack in the author's own files. */
export function ActivityPart({ plugin }: PartProps) {
  const { may } = useSession();
  const base = `/plugins/${encodeURIComponent(plugin.id)}`;
  const metrics = useResource<{ minutes: MetricsMinute[] }>(`${base}/metrics?minutes=60`);
  useEvents('metrics', () => metrics.reload());
  return (
    <div className="stack loose">
      <Loaded from={metrics}>{({ minutes }) => <Charts minutes={minutes} />}</Loaded>
      {may('organisation:manage')
        ? <><Logs plugin={plugin.id} /><Failures path={`${base}/failures`} /></>
        : <p className="quiet">Its log and its failures are for those who manage the organisation.</p>}
    </div>
  );
}

function Charts({ minutes }: { minutes: MetricsMinute[] }) {
  const series = (pick: (minute: MetricsMinute) => number | null) => minutes.map((minute) => ({ at: minute.at, value: pick(minute) }));
  return (
    <div className="columns" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 220px), 1fr))' }}>
      <Chart title="Calls per minute" points={series((one) => one.calls)} words={number} />
      <Chart title="Errors per minute" points={series((one) => one.errors)} words={number} look="bad" />
      <Chart title="Latency, p95" points={series((one) => one.p95Ms)} words={milliseconds} />
      <Chart title="Processor time" points={series((one) => one.cpuMs)} words={milliseconds} />
      <Chart title="Memory" points={series((one) => one.memoryBytes)} words={bytes} />
      <Chart title="Sent out" points={series((one) => one.egressBytes)} words={bytes} />
      <Chart title="Refused host calls" points={series((one) => one.denials)} words={number} look="bad" />
    </div>
  );
}

const linesMax = 2000;
const levels = ['debug', 'info', 'warn', 'error'];

/** A line's number begins anew with the hub. */
const keyOf = (line: LogLine) => `${line.sequence} ${line.at}`;

function Logs({ plugin }: { plugin: string }) {
  const [level, setLevel] = useState('');
  const [text, setText] = useState('');
  const [isPaused, setPaused] = useState(false);
  const [lines, setLines] = useState<LogLine[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const query = new URLSearchParams({ limit: '200' });
  if (level) query.set('level', level);
  if (text) query.set('q', text);
  const first = useResource<LogLine[]>(`/plugins/${encodeURIComponent(plugin)}/logs?${query}`);
  const fits = (line: LogLine) => (!level || levels.indexOf(line.level) >= levels.indexOf(level)) && (!text || line.message.toLowerCase().includes(text.toLowerCase()));
  useEffect(() => {
    const read = first.value;
    if (!read) return;
    // A line may come by itself while the list is on its way, and stays.
    const known = new Set(read.map(keyOf));
    setLines((before) => [...read, ...before.filter((line) => fits(line) && !known.has(keyOf(line)))].sort((a, b) => a.at.localeCompare(b.at) || a.sequence - b.sequence).slice(-linesMax));
  }, [first.value]);
  useEvents(isPaused ? null : `logs:${plugin}`, (data) => {
    const line = data as LogLine;
    if (!line.message) return first.reload();
    if (!fits(line)) return;
    setLines((before) => (before.some((one) => keyOf(one) === keyOf(line)) ? before : [...before.slice(-linesMax + 1), line]));
  });
  useEffect(() => {
    const element = box.current;
    // Follows the end only while one is there.
    if (element && element.scrollHeight - element.scrollTop - element.clientHeight < 80) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <section className="card stack" aria-labelledby="logs">
      <div className="row wrap">
        <h2 id="logs" className="grow">Log</h2>
        <Button isSmall icon={isPaused ? 'play-fill' : 'pause-fill'} onClick={() => { setPaused(!isPaused); if (isPaused) first.reload(); }}>{isPaused ? 'Go on' : 'Pause'}</Button>
      </div>
      <div className="row wrap">
        <SearchField label="Search the log" value={text} onChange={setText} />
        <Filter label="At least" value={level} onChange={setLevel} options={[['info', 'info'], ['warn', 'warnings'], ['error', 'errors']]} />
      </div>
      <Loaded from={first}>
        {() => lines.length === 0 ? <p className="quiet">{text || level ? 'No line fits.' : 'It has written nothing yet.'} {isPaused ? '' : 'New lines appear here by themselves.'}</p> : (
          <div ref={box} className="log" role="log" aria-label="Log lines" tabIndex={0}>
            {lines.map((line, place) => (
              <div key={place} className={`log-line ${line.level}`}>
                <span className="quiet nowrap" title={line.at}>{new Date(line.at).toLocaleTimeString('en', { hour12: false })}</span>
                <span className="level">{line.level}</span>
                <span className="grow">{line.message}{line.fields && Object.keys(line.fields).length > 0 && <span className="quiet"> {Object.entries(line.fields).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ')}</span>}</span>
              </div>
            ))}
          </div>
        )}
      </Loaded>
    </section>
  );
}

function Failures({ path }: { path: string }) {
  const failures = useResource<Failure[]>(`${path}?limit=50`);
  const { session } = useSession();
  const nameOf = (id: string) => session?.organisations.find((one) => one.id === id)?.name ?? 'another organisation';
  return (
    <section className="card stack" aria-labelledby="all-failures">
      <div className="row"><h2 id="all-failures" className="grow">Failures</h2><Button isSmall icon="arrow-clockwise" onClick={failures.reload}>Look again</Button></div>
      <Loaded from={failures}>
        {(list) => list.length === 0 ? <p className="quiet">None is kept.</p> : (
          <ul className="stack">
            {list.map((failure, place) => (
              <li key={place} className="stack tight">
                <span><strong>{failure.message}</strong></span>
                <span className="quiet small row wrap" style={{ gap: '0 10px' }}>
                  <code>{failure.code}</code> in <code>{failure.entry}</code> {failure.place && <code>{failure.place}</code>}
                  <span title={failure.version}>version {failure.version.split('+')[0]}</span><Ago at={failure.at} />
                  {failure.organisation && <span title={failure.organisation}>for {nameOf(failure.organisation)}</span>}
                  {failure.turn && <Badge>{failure.turn === 'plugin' ? 'the author’s turn' : `${failure.turn}’s turn`}</Badge>}
                </span>
                {failure.remedy && <span className="small">{failure.remedy}</span>}
                {failure.stack && failure.stack.length > 0 && <details><summary className="small">Stack</summary><pre className="stack-text" tabIndex={0}>{failure.stack.join('\n')}</pre></details>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
