import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import { Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** For plugins whose format has no place to say which hosts they ask: an operator says it. */
export function AllowHost({ path, onGranted }: { path: string; onGranted: () => void }) {
  const tell = useToast();
  const [text, setText] = useState('');
  const host = text.trim().replace(/^https:\/\//i, '').replace(/\/+$/, '');
  const permission = host.startsWith('network:') ? host : `network:outbound:${host.toLowerCase()}`;
  const work = useWork(async () => {
    await api.put(`${path}/${encodeURIComponent(permission)}`);
    setText('');
    onGranted();
    tell('Granted.', { label: 'Undo', perform: () => void api.delete(`${path}/${encodeURIComponent(permission)}`).then(onGranted) });
  });
  return (
    <form className="card stack" onSubmit={(event) => { event.preventDefault(); if (host) void work.run(); }}>
      <div className="row wrap" style={{ alignItems: 'flex-end' }}>
        <div className="grow" style={{ minWidth: 220 }}>
          <TextField label="Let it connect to" value={text} placeholder="api.example.com" spellCheck={false} autoCapitalize="none" onChange={(event) => setText(event.target.value)} />
        </div>
        <Button type="submit" isBusy={work.isBusy} disabled={!host}>Grant</Button>
      </div>
      <p className="quiet small">Its format does not say which hosts it asks; its guide does. What it tried and was refused stands below. A host, <code>*.example.com</code> for all below it, or <code>example.com:8443</code>.
        A host in your own network needs <code>network:private:10.0.0.0/8@nas.example</code> too.</p>
      {work.problem && <ProblemNote problem={work.problem} />}
    </form>
  );
}
