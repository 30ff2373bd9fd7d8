import { useEffect } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Enablement, Plugin } from '../../api/types';
import { useSession } from '../../shell/session';
import { Badge, Button } from '../../ui/basics';
import { plural } from '../../ui/format';
import { useToast } from '../../ui/overlay';
import { usePages } from '../../ui/pages-of';
import { moodOf } from '../../ui/plugin-state';
import { ProblemNote } from '../../ui/problem';
import type { PartProps } from './plugin';

/** Whether the hub lets it be on, and who said so. What is null was left open. */
export function hubSwitch({ hub, file, begins }: Plugin['switches']): { isOn: boolean; mayBeChosen: boolean; why: string } {
  if (hub !== null) return { isOn: hub, mayBeChosen: hub, why: hub ? 'An administrator switched it on.' : 'An administrator switched it off; no organisation can use it.' };
  if (file !== null) return { isOn: file, mayBeChosen: file, why: file ? 'A configuration file switches it on.' : 'A configuration file switches it off; no organisation can use it.' };
  return begins ? { isOn: true, mayBeChosen: true, why: 'It begins switched on.' } : { isOn: false, mayBeChosen: true, why: 'It begins switched off; each organisation may switch it on.' };
}

/** Where it is on and why: the hub's word, then each organisation's. Who manages an organisation switches it there. */
export function EnablementSection({ plugin, reload }: PartProps) {
  const { session, may } = useSession();
  const path = `/plugins/${encodeURIComponent(plugin.id)}`;
  const rows = usePages<Enablement>(`${path}/enablement`);
  const tell = useToast();
  const all = hubSwitch(plugin.switches);
  // Another revision may be a decision of somebody else.
  const { reload: again } = rows;
  useEffect(() => again(), [plugin.revision]);
  const decide = useWork(async (row: Enablement, enabled: boolean | null) => {
    await api.put<Plugin>(`${path}/enablement`, { enabled }, { 'x-organisation': row.slug });
    again();
    reload();
    tell(enabled === null ? `${row.name} follows the hub again.` : `${plugin.name} is ${enabled ? 'on' : 'off'} for ${row.name}.`,
      { label: 'Undo', perform: () => void decide.run(row, row.enabled) });
  });
  return (
    <section className="card flush" aria-labelledby="where">
      <h2 id="where" style={{ padding: '14px 16px 8px' }}>Where it is on</h2>
      {(decide.problem ?? rows.problem) && <div style={{ padding: '0 16px 12px' }}><ProblemNote problem={(decide.problem ?? rows.problem)!} /></div>}
      <ul className="list" aria-label="Where it is on">
        <li className="row wrap">
          <Sign isOn={all.isOn} />
          <span className="grow"><strong>The whole hub</strong> <span className="quiet small" style={{ display: 'block' }}>{all.why}{may('admin:plugins') ? '' : ' Only an administrator of this hub changes that.'}</span></span>
        </li>
        {(rows.items ?? []).map((row) => (
          <Row key={row.id} row={row} isHere={row.slug === session?.organisation} mayBeChosen={all.mayBeChosen} isBusy={decide.isBusy} onDecide={(enabled) => void decide.run(row, enabled)} />
        ))}
      </ul>
      {rows.hasMore && <div style={{ padding: 12 }}><Button isSmall onClick={() => void rows.more()}>More than {plural(rows.items?.length ?? 0, 'organisation')}</Button></div>}
    </section>
  );
}

function Sign({ isOn }: { isOn: boolean }) {
  return <span className={`sign ${isOn ? 'good' : 'idle'}`} title={isOn ? 'On' : 'Off'}><span aria-hidden="true">{isOn ? '●' : '–'}</span><span className="visually-hidden">{isOn ? 'On' : 'Off'}</span></span>;
}

function Row({ row, isHere, mayBeChosen, isBusy, onDecide }: {
  row: Enablement; isHere: boolean; mayBeChosen: boolean; isBusy: boolean; onDecide: (enabled: boolean | null) => void;
}) {
  const { state } = row;
  const isOn = state.name !== 'disabled';
  const { sign, mood, word } = moodOf(state);
  const reason = state.reason ? `: ${state.reason.replace(/\.$/, '')}` : '';
  const why = row.enabled === true && isOn ? 'This organisation switched it on.' : isOn && row.enabled === null ? 'As the hub has it.' : '';
  const name = <span className="visually-hidden"> for {row.name}</span>;
  return (
    <li className="row wrap">
      <span className={`sign ${mood}`} aria-hidden="true" title={word}>{sign}</span>
      <span className="grow" style={{ minWidth: 200 }}>
        {row.name} {isHere && <Badge>you look at this one</Badge>}
        <span className="quiet small" style={{ display: 'block' }}>{word}{reason}. {why}</span>
      </span>
      {row.mayChange && row.enabled !== null && <Button isSmall look="plain" isBusy={isBusy} onClick={() => onDecide(null)}>Follow the hub{name}</Button>}
      {row.mayChange && isOn && <Button isSmall isBusy={isBusy} onClick={() => onDecide(false)}>Switch off{name}</Button>}
      {row.mayChange && !isOn && mayBeChosen && <Button isSmall isBusy={isBusy} onClick={() => onDecide(true)}>Switch on{name}</Button>}
    </li>
  );
}
