import { useState } from 'react';
import { api } from '../../api/client';
import { useEvents } from '../../api/events';
import { useWholeList, useWork } from '../../api/resource';
import type { ReviewQueue } from '../../api/types-review';
import { Link, useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { Check, TextField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { idFrom, revisionOf } from '../rules/model/ids';
import { RemoveQueue } from './remove-queue';

/** Where items wait for people's eyes. */
export function QueuesPage() {
  const { may } = useSession();
  const list = useWholeList<ReviewQueue>('/review-queues');
  useEvents('reviews', () => list.reload());
  const [isNew, setNew] = useQuery('new');
  const [open, setOpen] = useState<ReviewQueue | null>(null);
  const [removing, setRemoving] = useState<ReviewQueue | null>(null);
  return (
    <>
      <RulesHead here="reviews" title="Reviews" about="Items that a rule wants somebody to look at. Routing says which queue they come to.">
        {may('rule:write') && <Button look="primary" icon="plus-lg" onClick={() => setNew('1')}>New queue</Button>}
      </RulesHead>
      <Loaded from={list}>
        {(queues) => queues.length === 0 ? (
          <Empty icon="inbox" title="No queues yet" action={may('rule:write') ? <Button look="primary" onClick={() => setNew('1')}>Make the first one</Button> : undefined}>
            A rule with an action of the kind “review” puts items into a queue, and people look at them one by one.
          </Empty>
        ) : (
          <ul className="card flush list" aria-label="Queues">
            {queues.map((queue) => (
              <li key={queue.id} className="row wrap">
                <span className="grow"><Link href={`/reviews/${encodeURIComponent(queue.id)}`}><strong>{queue.name}</strong></Link> {queue.isDefault && <Badge>default</Badge>}
                  {queue.description && <div className="quiet small">{queue.description}</div>}</span>
                <Badge look={queue.open > 0 ? 'accent' : undefined}>{plural(queue.open, 'open review')}</Badge>
                {may('rule:write') && <Button isSmall icon="pencil" onClick={() => setOpen(queue)}>Edit<span className="visually-hidden"> {queue.name}</span></Button>}
                {may('rule:publish') && <Button isSmall icon="trash" onClick={() => setRemoving(queue)}>Remove<span className="visually-hidden"> {queue.name}</span></Button>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {(isNew || open) && <Edit key={open?.id ?? 'new'} queue={open} all={list.value ?? []} onClose={() => { setOpen(null); setNew(''); list.reload(); }} />}
      {removing && <RemoveQueue queue={removing} others={(list.value ?? []).filter((one) => one.id !== removing.id)} onClose={() => { setRemoving(null); list.reload(); }} />}
    </>
  );
}

function Edit({ queue, all, onClose }: { queue: ReviewQueue | null; all: ReviewQueue[]; onClose: () => void }) {
  const { may } = useSession();
  const [name, setName] = useState(queue?.name ?? '');
  const [description, setDescription] = useState(queue?.description ?? '');
  const [isDefault, setDefault] = useState(queue?.isDefault ?? all.length === 0);
  const save = useWork(async () => {
    const body = { name: name.trim(), description: description.trim() || undefined, isDefault };
    await api.put(`/review-queues/${encodeURIComponent(queue?.id ?? idFrom(name, all.map((one) => one.id)))}`, body, revisionOf(queue));
    onClose();
  });
  return (
    <Dialog title={queue ? `Queue ${queue.name}` : 'New queue'} onClose={onClose} onSubmit={() => { if (name.trim()) void save.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!name.trim()} isBusy={save.isBusy}>Save</Button></>}>
      <TextField label="Name" required value={name} placeholder="Reports" onChange={(event) => setName(event.target.value)} />
      <TextField label="Description" value={description} placeholder="Who looks here, and for what" onChange={(event) => setDescription(event.target.value)} />
      <Check label="Default: takes what no routing rule sends elsewhere" checked={isDefault} isOff={all.length === 0 || queue?.isDefault || !may('rule:publish')} onChange={setDefault} />
      {queue?.isDefault && all.length > 1 && <p className="quiet small">Make another queue the default to end this.</p>}
      {save.problem && <ProblemNote problem={save.problem} />}
    </Dialog>
  );
}
