import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { User } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Copyable } from '../../ui/basics';
import { Check, TextField } from '../../ui/fields';
import { Dialog, Menu, useToast } from '../../ui/overlay';
import { usePages } from '../../ui/pages-of';
import { ProblemNote } from '../../ui/problem';

interface Code { code: string; expiresAt: string }

/** Who can sign in here. */
export function PeoplePart() {
  const pages = usePages<User>('/users?limit=100');
  const { session } = useSession();
  const tell = useToast();
  const [isAdding, setAdding] = useState(false);
  const [code, setCode] = useState<{ user: User; code: Code } | null>(null);
  const [leaving, setLeaving] = useState<User | null>(null);
  const change = useWork(async (user: User, part: Partial<User>, said: string) => {
    await api.patch(`/users/${encodeURIComponent(user.id)}`, part);
    pages.reload();
    tell(said);
  });
  const reset = useWork(async (user: User) => setCode({ user, code: await api.post<Code>(`/users/${encodeURIComponent(user.id)}/reset-code`) }));
  const remove = useWork(async (user: User) => {
    await api.delete(`/users/${encodeURIComponent(user.id)}`);
    setLeaving(null);
    pages.reload();
    tell(`${user.name} is removed.`);
  });
  return (
    <section className="card flush" aria-labelledby="people">
      <div className="row" style={{ padding: '12px 16px' }}><h2 id="people" className="grow">People</h2><Button icon="plus-lg" onClick={() => setAdding(true)}>Add a person</Button></div>
      {[pages.problem, change.problem, reset.problem].map((problem, place) => problem && <ProblemNote key={place} problem={problem} />)}
      <ul className="list">
        {(pages.items ?? []).map((user) => (
          <li key={user.id} className="row wrap">
            <span className="grow" style={{ minWidth: 140 }}><strong>{user.name}</strong> <span className="quiet">{user.email}</span> {user.isHubAdministrator && <Badge look="accent">administrator</Badge>} {user.isDisabled && <Badge look="warn">disabled</Badge>}</span>
            <span className="quiet small">added <Ago at={user.createdAt} /></span>
            <Menu look="plain" icon="three-dots" label={`More about ${user.name}`} entries={[
              { label: 'Code to set a password', icon: 'key', onPick: () => void reset.run(user) },
              { label: user.isHubAdministrator ? 'No administrator any more' : 'Make administrator', icon: 'shield-check', onPick: () => void change.run(user, { isHubAdministrator: !user.isHubAdministrator }, `${user.name} ${user.isHubAdministrator ? 'is no administrator any more' : 'is an administrator'}.`) },
              { label: user.isDisabled ? 'Enable' : 'Disable', icon: user.isDisabled ? 'unlock' : 'lock', isOff: user.id === session?.user.id, onPick: () => void change.run(user, { isDisabled: !user.isDisabled }, `${user.name} ${user.isDisabled ? 'may sign in again' : 'is signed out everywhere'}.`) },
              { label: 'Remove…', icon: 'trash', isOff: user.id === session?.user.id, onPick: () => setLeaving(user) },
            ]} />
          </li>
        ))}
      </ul>
      {pages.hasMore && <div style={{ padding: 12 }}><Button onClick={() => void pages.more()}>More</Button></div>}
      {isAdding && <AddPerson onClose={(made) => { setAdding(false); pages.reload(); if (made) setCode(made); }} />}
      {code && (
        <Dialog title={`Code for ${code.user.name}`} onClose={() => setCode(null)} onSubmit={() => setCode(null)} foot={<Button type="submit" look="primary">Done</Button>}>
          <p>Give it to {code.user.name} on a way you trust. It sets a password once, until <Ago at={code.code.expiresAt} />.</p>
          <Copyable text={`${window.location.origin}/redeem#code=${code.code.code}`} />
        </Dialog>
      )}
      {leaving && (
        <Dialog title={`Remove ${leaving.name}`} onClose={() => setLeaving(null)} onSubmit={() => void remove.run(leaving)}
          foot={<><Button onClick={() => setLeaving(null)}>Keep</Button><Button look="danger" type="submit" isBusy={remove.isBusy}>Remove for good</Button></>}>
          <p>Their sessions, tokens and memberships go. What they did stays in the audit log. To pause an account instead, disable it.</p>
          {remove.problem && <ProblemNote problem={remove.problem} />}
        </Dialog>
      )}
    </section>
  );
}

function AddPerson({ onClose }: { onClose: (made: { user: User; code: Code } | null) => void }) {
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [isHubAdministrator, setAdministrator] = useState(false);
  const work = useWork(async () => {
    const made = await api.post<User & { code: string; codeExpiresAt: string }>('/users', { email, name, isHubAdministrator });
    onClose({ user: made, code: { code: made.code, expiresAt: made.codeExpiresAt } });
  });
  return (
    <Dialog title="Add a person" onClose={() => onClose(null)} onSubmit={() => void work.run()}
      foot={<><Button onClick={() => onClose(null)}>Cancel</Button><Button look="primary" type="submit" isBusy={work.isBusy}>Add</Button></>}>
      <TextField label="Name" required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
      <TextField label="E-mail" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
      <Check label="Administrator of this hub" help="May install plugins, add people, change everything." checked={isHubAdministrator} onChange={setAdministrator} />
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}
