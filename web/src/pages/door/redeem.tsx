import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Session } from '../../api/types';
import { Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { ProblemNote } from '../../ui/problem';
import { useRouter } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Door } from './door';

/** Sets a password with a code that an administrator gave. */
export function Redeem() {
  const { adopt } = useSession();
  const { go } = useRouter();
  const [code, setCode] = useState(new URLSearchParams(window.location.hash.slice(1)).get('code') ?? '');
  const [password, setPassword] = useState('');
  const work = useWork(async () => {
    adopt(await api.post<Session>('/session/redeem', { code, password }));
    go('/', true);
  });
  return (
    <Door title="Set a password">
      <form className="stack loose" onSubmit={(event) => { event.preventDefault(); void work.run(); }}>
        <TextField label="Code" required autoComplete="off" spellCheck={false} value={code} onChange={(event) => setCode(event.target.value)} />
        <TextField label="Password" type="password" required minLength={12} autoFocus autoComplete="new-password" help="At least 12 characters; a few words are good." value={password} onChange={(event) => setPassword(event.target.value)} />
        {work.problem && <ProblemNote problem={work.problem} />}
        <Button look="primary" type="submit" isBusy={work.isBusy}>Set it and sign in</Button>
      </form>
    </Door>
  );
}
