import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Token } from '../../api/types';
import { useSession } from '../../shell/session';
import { Ago, Badge, Button, Copyable } from '../../ui/basics';
import { Check, SelectField, TextField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';

/** Tokens for programs: made with as little as they need, shown once. */
export function TokensPart() {
  const list = useResource<Token[]>('/account/tokens');
  const tell = useToast();
  const [isMaking, setMaking] = useState(false);
  const remove = useWork(async (token: Token) => {
    await api.delete(`/account/tokens/${encodeURIComponent(token.id)}`);
    list.reload();
    tell(`“${token.name}” opens nothing any more.`);
  });
  return (
    <section className="card flush" aria-labelledby="tokens">
      <div className="row" style={{ padding: '12px 16px' }}><h2 id="tokens" className="grow">Tokens for programs</h2><Button icon="plus-lg" onClick={() => setMaking(true)}>New token</Button></div>
      {remove.problem && <ProblemNote problem={remove.problem} />}
      <Loaded from={list}>
        {(items) => items.length === 0 ? <p className="quiet" style={{ padding: '0 16px 16px' }}>None. A program signs in with a token instead of a password.</p> : (
          <ul className="list">
            {items.map((token) => (
              <li key={token.id} className="row wrap">
                <span className="grow"><strong>{token.name}</strong> <code className="quiet">{token.hint}…</code>
                  <div className="small quiet">{plural(token.scopes.length, 'right')}: {token.scopes.slice(0, 6).join(', ')}{token.scopes.length > 6 && '…'}</div></span>
                <span className="small quiet">{token.lastUsedAt ? <>used <Ago at={token.lastUsedAt} /></> : 'never used'}{token.expiresAt && <>, ends <Ago at={token.expiresAt} /></>}</span>
                <Button isSmall icon="trash" isBusy={remove.isBusy} onClick={() => void remove.run(token)}>Remove<span className="visually-hidden"> {token.name}</span></Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {isMaking && <NewToken onClose={() => { setMaking(false); list.reload(); }} />}
    </section>
  );
}

const lasts: [string, string][] = [['30', '30 days'], ['90', '90 days'], ['365', 'a year'], ['', 'until it is removed']];

function NewToken({ onClose }: { onClose: () => void }) {
  const { session } = useSession();
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [scopes, setScopes] = useState<string[]>(['plugin:read']);
  const [made, setMade] = useState<Token | null>(null);
  const work = useWork(async () => {
    const expiresAt = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined;
    setMade(await api.post<Token>('/account/tokens', { name, scopes, expiresAt }));
  });
  if (made?.token) {
    return (
      <Dialog title="Your token" onClose={onClose} onSubmit={onClose} foot={<Button type="submit" look="primary">I have copied it</Button>}>
        <p>Copy it now: it is not shown again.</p>
        <Copyable text={made.token} />
        <p className="quiet small">A program sends it as <code>Authorization: Bearer …</code></p>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" onClose={onClose} onSubmit={() => { if (name && scopes.length > 0) void work.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!name || scopes.length === 0} isBusy={work.isBusy}>Make it</Button></>}>
      <TextField label="What for" required autoFocus placeholder="deploy script" value={name} onChange={(event) => setName(event.target.value)} />
      <SelectField label="It lasts" value={days} onChange={(event) => setDays(event.target.value)}>{lasts.map(([key, label]) => <option key={key} value={key}>{label}</option>)}</SelectField>
      <fieldset>
        <legend className="label">It may</legend>
        <div className="columns" style={{ gap: 4, gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))', paddingTop: 6 }}>
          {(session?.permissions ?? []).map((scope) => (
            <Check key={scope} label={<code>{scope}</code>} checked={scopes.includes(scope)} onChange={(isOn) => setScopes(isOn ? [...scopes, scope] : scopes.filter((one) => one !== scope))} />
          ))}
        </div>
      </fieldset>
      {scopes.length === 0 && <Badge look="warn">It needs at least one right.</Badge>}
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}
