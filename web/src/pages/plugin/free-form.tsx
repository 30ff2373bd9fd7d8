import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Configuration } from '../../api/types';
import { Badge, Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { JSONField, readJSON, shownJSON } from '../../ui/json-field';
import { useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** Settings of a plugin that says which ones it takes only in its guide: values as JSON, and secrets by name. */
export function FreeForm({ value, further, path, scope, isOff, onSaved }: {
  value: Configuration; further: NonNullable<Configuration['further']>; path: string; scope: string; isOff: boolean; onSaved: (saved: Configuration) => void;
}) {
  const tell = useToast();
  const start = Object.keys(further.values).length > 0 ? shownJSON(further.values) : '';
  const [text, setText] = useState(start);
  const [gone, setGone] = useState<string[]>([]);
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const read = readJSON(text, 'object');
  const isChanged = text !== start || gone.length > 0 || (name.trim() !== '' && secret !== '');
  const save = useWork(async () => {
    if ('wrong' in read) throw new Error(read.wrong);
    const now = (read.value ?? {}) as Record<string, unknown>;
    const left = Object.fromEntries(Object.keys(further.values).filter((key) => !(key in now)).map((key) => [key, null]));
    const hidden = Object.fromEntries(further.hidden.filter((key) => gone.includes(key)).map((key) => [key, null]));
    const secrets: Record<string, string | null> = Object.fromEntries(further.secrets.filter((key) => gone.includes(key)).map((key) => [key, null]));
    if (name.trim() && secret) secrets[name.trim()] = secret;
    onSaved(await api.put<Configuration>(`${path}?scope=${scope}`, { values: { ...left, ...hidden, ...now }, secrets }, { 'if-match': `"${value.revision}"` }));
    tell('Saved; it counts from the next call.');
  });
  const kept = [...further.secrets, ...further.hidden].filter((key) => !gone.includes(key));
  return (
    <form className="card stack loose" noValidate onSubmit={(event) => { event.preventDefault(); void save.run(); }}>
      <p className="quiet">It does not say which settings it takes; its guide may. Write them as it wants them.</p>
      <JSONField label="Settings" kind="object" rows={6} value={text} onChange={setText} help={'Such as {"region": "eu", "level": 3}. Keys and passwords belong below.'} />
      {kept.length > 0 && (
        <ul className="stack tight" aria-label="Secrets that are set">
          {kept.map((key) => <li key={key} className="row"><code className="grow">{key}</code><Badge>set</Badge>{!isOff && <Button isSmall onClick={() => setGone([...gone, key])}>Take away<span className="visually-hidden"> {key}</span></Button>}</li>)}
        </ul>
      )}
      {!isOff && (
        <fieldset>
          <legend className="label">{kept.length > 0 ? 'Another secret, or a new value for one' : 'A secret'}</legend>
          <div className="columns">
            <TextField label="Its name" value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} placeholder="apiKey" />
            <TextField label="Its value" type="password" autoComplete="new-password" value={secret} onChange={(event) => setSecret(event.target.value)} help="It is sealed, and never shown again." />
          </div>
        </fieldset>
      )}
      {save.problem && (save.problem.code === 'page.error' ? <p className="wrong" role="alert">{save.problem.detail}</p> : <ProblemNote problem={save.problem} />)}
      {isOff ? <p className="quiet">You may look at these settings; changing them takes an administrator.</p>
        : <div className="row wrap"><Button look="primary" type="submit" isBusy={save.isBusy} disabled={!isChanged}>Save</Button></div>}
    </form>
  );
}
