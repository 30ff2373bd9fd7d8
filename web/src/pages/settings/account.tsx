import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { BrowserSession } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';

export function AccountPart() {
  const { session } = useSession();
  return (
    <div className="stack loose">
      <section className="card" aria-labelledby="me">
        <h2 id="me">You</h2>
        <dl className="facts">
          <dt>Name</dt><dd>{session?.user.name}</dd><dt>E-mail</dt><dd>{session?.user.email}</dd>
          <dt>In</dt><dd>{session?.organisations.map((one) => `${one.name} (${one.role})`).join(', ') || 'no organisation'} {session?.user.isHubAdministrator && <Badge look="accent">administrator of this hub</Badge>}</dd>
        </dl>
      </section>
      <Password />
      <Sessions />
    </div>
  );
}

function Password() {
  const tell = useToast();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const work = useWork(async () => {
    await api.post('/account/password', { current, new: next });
    setCurrent('');
    setNext('');
    tell('Changed. Other browsers have to sign in again.');
  });
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); void work.run(); }}>
        <TextField label="The one you have" type="password" required autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />
        <TextField label="The new one" type="password" required minLength={12} autoComplete="new-password" help="At least 12 characters." value={next} onChange={(event) => setNext(event.target.value)} />
        {work.problem && <ProblemNote problem={work.problem} />}
        <div><Button type="submit" look="primary" isBusy={work.isBusy}>Change password</Button></div>
      </form>
    </section>
  );
}

function Sessions() {
  const list = useResource<BrowserSession[]>('/account/sessions');
  const end = useWork(async (id: string) => {
    await api.delete(`/account/sessions/${encodeURIComponent(id)}`);
    list.reload();
  });
  return (
    <section className="card flush" aria-labelledby="sessions">
      <h2 id="sessions" style={{ padding: '14px 16px 8px' }}>Where you are signed in</h2>
      {end.problem && <ProblemNote problem={end.problem} />}
      <Loaded from={list}>
        {(items) => (
          <ul className="list">
            {items.map((one) => (
              <li key={one.id} className="row wrap">
                <span className="grow cut" title={one.userAgent}>{browserName(one.userAgent)} <span className="quiet small">{one.address}</span></span>
                <span className="quiet small">last seen <Ago at={one.lastSeenAt} /></span>
                {one.isThis ? <Badge look="good">this one</Badge> : <Button isSmall isBusy={end.isBusy} onClick={() => void end.run(one.id)}>Sign out there</Button>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** `Firefox on Linux`, from what browsers say of themselves: each names those it wants to be taken for, so the rarer name counts. */
function browserName(userAgent: string): string {
  const named = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = named([[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari'], [/^curl\//, 'curl']]);
  const system = named([[/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux']]);
  if (!browser) return userAgent || 'An unnamed program';
  return system ? `${browser} on ${system}` : browser;
}
