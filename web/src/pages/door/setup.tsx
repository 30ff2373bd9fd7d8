import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Session } from '../../api/types';
import { Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { ProblemNote } from '../../ui/problem';
import { useSession } from '../../shell/session';
import { useRouter } from '../../shell/router';
import { Door } from './door';

/** The first visit: whoever has the code that the hub printed becomes its administrator. */
export function Setup() {
  const { adopt } = useSession();
  const { go } = useRouter();
  const [form, setForm] = useState({
    code: new URLSearchParams(window.location.hash.slice(1)).get('code') ?? '', email: '', name: '', password: '', organisation: '',
  });
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const work = useWork(async () => {
    adopt(await api.post<Session>('/setup', form));
    go('/', true);
  });
  const { problem } = work;
  // What is wrong with a password is said where it is typed.
  const isPassword = problem?.code.startsWith('account.password') ?? false;
  const wrong = (key: string) => problem?.findings?.find((finding) => finding.pointer === `/${key}`)?.message
    ?? (key === 'password' && isPassword ? `${problem?.detail} ${problem?.remedy ?? ''}`.trim() : undefined);
  return (
    <Door title="Welcome">
      <p className="quiet">This hub is new. Make the first account; it may do everything.</p>
      <form className="stack loose" onSubmit={(event) => { event.preventDefault(); void work.run(); }}>
        <TextField label="Setup code" help="The hub printed it where it was started." required autoFocus={!form.code} autoComplete="off" spellCheck={false}
          value={form.code} onChange={(event) => set({ code: event.target.value })} wrong={wrong('code')} />
        <TextField label="Your name" required autoFocus={!!form.code} autoComplete="name" value={form.name} onChange={(event) => set({ name: event.target.value })} wrong={wrong('name')} />
        <TextField label="E-mail" type="email" required autoComplete="username" value={form.email} onChange={(event) => set({ email: event.target.value })} wrong={wrong('email')} />
        <TextField label="Password" type="password" required minLength={12} autoComplete="new-password" help="At least 12 characters; a few words are good."
          value={form.password} onChange={(event) => set({ password: event.target.value })} wrong={wrong('password')} />
        <TextField label="Organisation" required help="Your team or company; more can follow." value={form.organisation}
          onChange={(event) => set({ organisation: event.target.value })} wrong={wrong('organisation')} />
        {problem && !isPassword && <ProblemNote problem={problem} />}
        <Button look="primary" type="submit" isBusy={work.isBusy}>Begin</Button>
      </form>
    </Door>
  );
}
