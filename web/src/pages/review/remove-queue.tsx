import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { ReviewQueue } from '../../api/types-review';
import { Button } from '../../ui/basics';
import { SelectField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** Asks before a queue goes, and where what is open in it shall go. */
export function RemoveQueue({ queue, others, onClose }: { queue: ReviewQueue; others: ReviewQueue[]; onClose: () => void }) {
  const tell = useToast();
  const [other, setOther] = useState(others.find((one) => one.isDefault)?.id ?? others[0]?.id ?? '');
  const routing = useResource<{ queueId: string; name: string; status: string }[]>('/routing-rules');
  const using = (routing.value ?? []).filter((rule) => rule.queueId === queue.id && rule.status === 'LIVE');
  const remove = useWork(async () => {
    await api.delete(`/review-queues/${encodeURIComponent(queue.id)}${queue.open > 0 && other ? `?moveTo=${encodeURIComponent(other)}` : ''}`);
    tell(`“${queue.name}” is removed.`);
    onClose();
  });
  return (
    <Dialog title={`Remove the queue “${queue.name}”?`} onClose={onClose} onSubmit={() => void remove.run()}
      foot={<><Button onClick={onClose}>Keep it</Button><Button look="danger" type="submit" isBusy={remove.isBusy}>Remove</Button></>}>
      {using.length > 0 && <p><strong>{plural(using.length, 'live routing rule')} {using.length === 1 ? 'sends' : 'send'} to it:</strong> {using.map((rule) => rule.name).join(', ')}. Change {using.length === 1 ? 'it' : 'them'} first.</p>}
      {queue.open === 0 ? <p>Nothing waits in it.</p> : others.length === 0 ? <p>{plural(queue.open, 'review')} wait in it, and there is no other queue.</p> : (
        <SelectField label={`${plural(queue.open, 'open review')} ${queue.open === 1 ? 'goes' : 'go'} to`} value={other} onChange={(event) => setOther(event.target.value)}>
          {others.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </SelectField>
      )}
      {remove.problem && <ProblemNote problem={remove.problem} />}
    </Dialog>
  );
}
