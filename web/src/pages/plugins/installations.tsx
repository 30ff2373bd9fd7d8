import { useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useResource, useWork } from '../../api/resource';
import type { Installation } from '../../api/types';
import { Link } from '../../shell/router';
import { Button, Progress } from '../../ui/basics';
import { bytes } from '../../ui/format';
import { ProblemNote } from '../../ui/problem';

const words: Record<Installation['state'], string> = {
  fetching: 'Fetching', unpacking: 'Unpacking', copying: 'Copying', examining: 'Reading', building: 'Building', storing: 'Storing',
  done: 'Installed', failed: 'Failed', cancelled: 'Cancelled',
};

function isOver(one: Installation): boolean {
  return one.state === 'done' || one.state === 'failed' || one.state === 'cancelled';
}

/** Those this tab saw under way: what ended before is not news here. */
const seen = new Set<string>();

/** Remembers one that was just begun here, which may be over before the list is read. */
export function watchInstallation(one: Installation): void {
  seen.add(one.id);
}

/** Installations under way and those that just ended: they go on when one leaves the page. */
export function Installations() {
  const list = useResource<Installation[]>('/plugins/installations');
  const [dismissed, setDismissed] = useState<string[]>([]);
  useEvents('installations', (data) => {
    const changed = data as Installation;
    if (!changed.id) {
      list.reload();
      return;
    }
    if (!isOver(changed)) seen.add(changed.id);
    const before = list.value ?? [];
    list.replace(before.some((one) => one.id === changed.id) ? before.map((one) => (one.id === changed.id ? changed : one)) : [changed, ...before]);
  });
  for (const one of list.value ?? []) if (!isOver(one)) seen.add(one.id);
  const recent = (list.value ?? []).filter((one) => seen.has(one.id) && !dismissed.includes(one.id)
    && (!one.endedAt || Date.now() - Date.parse(one.endedAt) < 10 * 60_000));
  const dismiss = (one: Installation) => {
    seen.delete(one.id);
    setDismissed([...dismissed, one.id]);
  };
  if (recent.length === 0) return null;
  return (
    <ul className="stack" aria-label="Installations">
      {recent.map((one) => <Row key={one.id} one={one} onDismiss={() => dismiss(one)} />)}
    </ul>
  );
}

function Row({ one, onDismiss }: { one: Installation; onDismiss: () => void }) {
  const cancel = useWork(async () => api.delete<void>(`/plugins/installations/${encodeURIComponent(one.id)}`));
  const name = one.plugin ?? one.source;
  if (one.state === 'failed' && one.problem) {
    return <li><ProblemNote problem={{ ...one.problem, detail: `${name}: ${one.problem.detail}` }} action={<Button isSmall onClick={onDismiss}>Dismiss</Button>} /></li>;
  }
  const left = one.ratePerSecond > 0 && one.total > one.done ? Math.ceil((one.total - one.done) / one.ratePerSecond) : null;
  return (
    <li className={`notice ${one.state === 'done' ? 'good' : ''}`}>
      <div className="row wrap">
        <span className="grow" role="status"><strong>{words[one.state]}</strong> {name} {one.version}
          {!isOver(one) && one.total > 0 && <span className="quiet"> {bytes(one.done)} of {bytes(one.total)}{one.ratePerSecond > 0 && `, ${bytes(one.ratePerSecond)}/s`}{left !== null && `, ${left} s left`}</span>}
        </span>
        {one.state === 'done' && one.plugin && (
          <Link className="button small primary" onClick={onDismiss} href={`/plugins/${encodeURIComponent(one.plugin)}/consent${one.isUpdate && one.version ? `?version=${encodeURIComponent(one.version)}` : ''}`}>
            {one.isUpdate ? 'Review update' : 'Review what it asks for'}
          </Link>
        )}
        {isOver(one) ? <Button isSmall onClick={onDismiss}>Dismiss</Button>
          : <Button isSmall isBusy={cancel.isBusy} onClick={() => void cancel.run()}>Cancel</Button>}
      </div>
      {!isOver(one) && <Progress done={one.done} total={one.total} label={`${words[one.state]} ${name}`} />}
      {cancel.problem && <ProblemNote problem={cancel.problem} />}
    </li>
  );
}
