import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Member, Organisation, User } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { SelectField, TextField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';

const roles = ['viewer', 'developer', 'team-admin', 'template-admin', 'platform-admin'];

export function OrganisationsPart() {
  const { may, reload } = useSession();
  const list = useResource<Organisation[]>('/organisations');
  const [isAdding, setAdding] = useState(false);
  return (
    <div className="stack loose">
      {!may('admin:users') && <p className="quiet">You decide who is in your organisation, and what they may do. Accounts are made by an administrator of this hub.</p>}
      {may('admin:users') && <div className="row"><span className="grow quiet">Each organisation has plugins, settings and secrets of its own.</span><Button icon="plus-lg" onClick={() => setAdding(true)}>New organisation</Button></div>}
      <Loaded from={list}>{(items) => <>{items.map((one) => <Card key={one.id} organisation={one} onChanged={() => { list.reload(); reload(); }} />)}</>}</Loaded>
      {isAdding && <Add onClose={() => { setAdding(false); list.reload(); reload(); }} />}
    </div>
  );
}

function Card({ organisation, onChanged }: { organisation: Organisation; onChanged: () => void }) {
  const { may } = useSession();
  const base = `/organisations/${encodeURIComponent(organisation.slug)}`;
  const members = useResource<Member[]>(`${base}/members?limit=200`);
  const [above, setAbove] = useState<'member' | 'remove' | null>(null);
  const tell = useToast();
  const put = useWork(async (user: string, role: string) => { await api.put(`${base}/members/${encodeURIComponent(user)}`, { role }); members.reload(); tell('Changed.'); });
  const drop = useWork(async (member: Member) => {
    await api.delete(`${base}/members/${encodeURIComponent(member.user)}`);
    members.reload();
    tell(`${member.name} is no longer a member.`, { label: 'Undo', perform: () => void put.run(member.user, member.role) });
  });
  return (
    <section className="card flush" aria-labelledby={`org-${organisation.slug}`}>
      <div className="row wrap" style={{ padding: '12px 16px' }}>
        <h2 id={`org-${organisation.slug}`} className="grow">{organisation.name} <code className="quiet">{organisation.slug}</code></h2>
        <span className="quiet small">added <Ago at={organisation.createdAt} /></span>
        <Button isSmall icon="plus-lg" onClick={() => setAbove('member')}>Add a member</Button>
        {may('admin:users') && <Button isSmall icon="trash" onClick={() => setAbove('remove')}>Remove…</Button>}
      </div>
      {(put.problem ?? drop.problem) && <ProblemNote problem={(put.problem ?? drop.problem)!} />}
      <Loaded from={members}>
        {(items) => items.length === 0 ? <p className="quiet" style={{ padding: '0 16px 14px' }}>Nobody yet. Its plugins, settings and secrets wait for a first member.</p> : (
          <ul className="list">
            {items.map((member) => (
              <li key={member.user} className="row wrap">
                <span className="grow">{member.name} <span className="quiet">{member.email}</span></span>
                <select className="input" style={{ width: 'auto' }} aria-label={`Role of ${member.name}`} value={member.role} onChange={(event) => void put.run(member.user, event.target.value)}>
                  {roles.map((role) => <option key={role}>{role}</option>)}
                </select>
                <Button isSmall onClick={() => void drop.run(member)}>Take out<span className="visually-hidden"> {member.name}</span></Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {above === 'member' && <AddMember base={base} onClose={() => { setAbove(null); members.reload(); }} />}
      {above === 'remove' && <Remove organisation={organisation} base={base} onClose={() => { setAbove(null); onChanged(); }} />}
    </section>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [slug, setSlug] = useState('');
  const proposed = name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const work = useWork(async () => { await api.post('/organisations', { name, slug: slug || proposed }); onClose(); });
  return (
    <Dialog title="New organisation" onClose={onClose} onSubmit={() => void work.run()} foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" isBusy={work.isBusy}>Make it</Button></>}>
      <TextField label="Name" required autoFocus value={name} onChange={(event) => setName(event.target.value)} />
      <TextField label="Short name" help="In addresses: small letters, digits and hyphens." placeholder={proposed} value={slug} onChange={(event) => setSlug(event.target.value)} />
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}

function AddMember({ base, onClose }: { base: string; onClose: () => void }) {
  const { may } = useSession();
  // Who sees everybody chooses; others know whom they want.
  const users = useResource<User[]>(may('admin:users') ? '/users?limit=200' : null);
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('developer');
  const work = useWork(async () => { await api.post(`${base}/members`, { email, role }); onClose(); });
  return (
    <Dialog title="Add a member" onClose={onClose} onSubmit={() => { if (email) void work.run(); }} foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!email} isBusy={work.isBusy}>Add</Button></>}>
      {may('admin:users') ? (
        <Loaded from={users}>
          {(items) => (
            <SelectField label="Person" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)}>
              <option value="">Choose…</option>{items.map((one) => <option key={one.id} value={one.email}>{one.name}, {one.email}</option>)}
            </SelectField>
          )}
        </Loaded>
      ) : <TextField label="E-mail address" help="Of their account on this hub." type="email" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />}
      <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value)}>{roles.map((one) => <option key={one}>{one}</option>)}</SelectField>
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}

interface Going { members: number; settings: number; secrets: number; plugins: number }

function Remove({ organisation, base, onClose }: { organisation: Organisation; base: string; onClose: () => void }) {
  const going = useResource<Going>(`${base}/removal`);
  const [typed, setTyped] = useState('');
  const work = useWork(async () => { await api.delete(`${base}?confirm=${encodeURIComponent(organisation.slug)}`); onClose(); });
  const isSure = typed === organisation.slug;
  return (
    <Dialog title={`Remove ${organisation.name}`} onClose={onClose} onSubmit={() => { if (isSure) void work.run(); }}
      foot={<><Button onClick={onClose}>Keep it</Button><Button look="danger" type="submit" disabled={!isSure} isBusy={work.isBusy}>Remove for good</Button></>}>
      <Loaded from={going}>{(what) => <p>{plural(what.members, 'membership')}, {plural(what.settings, 'setting')}, {plural(what.secrets, 'secret')} of {plural(what.plugins, 'plugin')} go. People and plugins themselves stay.</p>}</Loaded>
      <TextField label={`Type ${organisation.slug} to confirm`} autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      {work.problem && <ProblemNote problem={work.problem} />}
      {!isSure && <Badge look="warn">This cannot be undone.</Badge>}
    </Dialog>
  );
}
