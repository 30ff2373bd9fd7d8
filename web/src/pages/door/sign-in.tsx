import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Problem, Session } from '../../api/types';
import { Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { ProblemNote } from '../../ui/problem';
import { useSession } from '../../shell/session';
import { Door } from './door';

/** `returned` says why somebody came back from a provider without being signed in. */
export function SignIn({ returned }: { returned: Problem | null }) {
  const { adopt } = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const providers = useResource<{ id: string; name: string }[]>('/session/oidc');
  const work = useWork(async () => adopt(await api.post<Session>('/session', { email, password })));
  const here = encodeURIComponent(window.location.pathname + window.location.search);
  return (
    <Door title="Sign in">
      {returned && work.tries === 0 && <ProblemNote problem={returned} />}
      <form className="stack loose" onSubmit={(event) => { event.preventDefault(); void work.run(); }}>
        <TextField label="E-mail" type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField label="Password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        {work.problem && <ProblemNote problem={work.problem} />}
        <Button look="primary" type="submit" isBusy={work.isBusy}>Sign in</Button>
      </form>
      {(providers.value ?? []).map((provider) => (
        <a key={provider.id} className="button" href={`/api/v1/session/oidc/${encodeURIComponent(provider.id)}/start?returnTo=${here}`}>
          Sign in with {provider.name}
        </a>
      ))}
      <p className="quiet small">Forgot it? An administrator can give you a code: Settings, People.</p>
    </Door>
  );
}
