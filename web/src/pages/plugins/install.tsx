import { useRef, useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Installation } from '../../api/types';
import { Button, Icon, Progress } from '../../ui/basics';
import { Check, SelectField, TextField } from '../../ui/fields';
import { bytes } from '../../ui/format';
import { Dialog } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';
import { watchInstallation } from './installations';

type Way = 'upload' | 'path' | 'linked' | 'npm' | 'address';

const ways: [Way, string, string, string][] = [
  ['upload', 'A file from this computer', 'Package file', 'A .tgz or .zip.'],
  ['path', 'A folder or file on the hub’s machine', 'Path', 'It is copied; later changes of the folder do not matter.'],
  ['linked', 'A folder in development', 'Folder', 'Used where it lies and read anew, for whoever writes it.'],
  ['npm', 'An installed npm package', 'Package name', 'Found in node_modules above the hub’s configuration.'],
  ['address', 'A web address', 'Address', 'https, of a .tgz or .zip.'],
];

/** Chooses where a package comes from and starts installing it; the list of installations then tells how far it is. */
export function InstallDialog({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<Way>('upload');
  const [text, setText] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [integrity, setIntegrity] = useState('');
  const [allowUnsigned, setAllowUnsigned] = useState(false);
  const [sent, setSent] = useState<{ done: number; total: number } | null>(null);
  const stop = useRef<AbortController | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [, , label, help] = ways.find(([key]) => key === way) ?? ways[0]!;
  const work = useWork(async () => {
    const options = { integrity: integrity.trim() || undefined, allowUnsigned: allowUnsigned || undefined };
    if (way === 'upload') {
      if (!file) return;
      stop.current = new AbortController();
      const query = new URLSearchParams();
      if (options.integrity) query.set('integrity', options.integrity);
      if (options.allowUnsigned) query.set('allowUnsigned', 'true');
      try {
        watchInstallation(await api.upload<Installation>(`/plugins/installations?${query}`, file, (done, total) => setSent({ done, total }), stop.current.signal));
      } finally {
        setSent(null);
      }
    } else {
      watchInstallation(await api.post<Installation>('/plugins/installations', { source: { [way]: text.trim() }, ...options }));
    }
    onClose();
  });
  const isReady = way === 'upload' ? file !== null : text.trim() !== '';
  return (
    <Dialog title="Install a plugin" onClose={() => { stop.current?.abort(); onClose(); }} onSubmit={() => { if (isReady) void work.run(); }}
      foot={<>
        <Button onClick={() => { stop.current?.abort(); onClose(); }}>Cancel</Button>
        <Button look="primary" type="submit" disabled={!isReady} isBusy={work.isBusy}>Install</Button>
      </>}>
      <p className="quiet">Nothing of it runs before you have seen what it asks for.</p>
      <SelectField label="From" value={way} onChange={(event) => { setWay(event.target.value as Way); work.clear(); }}>
        {ways.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
      </SelectField>
      {way === 'upload' ? (
        <div className="field" onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => { event.preventDefault(); setFile(event.dataTransfer.files[0] ?? null); }}>
          <label htmlFor="package-file">{label}</label>
          <input ref={picker} id="package-file" className="input" type="file" accept=".tgz,.tar.gz,.gz,.zip,.tar" aria-describedby="package-file-help"
            onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
          <span id="package-file-help" className="quiet small"><Icon name="upload" /> {file ? `${file.name}, ${bytes(file.size)}` : `${help} It may also be dropped here.`}</span>
        </div>
      ) : (
        <TextField label={label} help={help} required autoFocus spellCheck={false} autoComplete="off" value={text} onChange={(event) => setText(event.target.value)}
          placeholder={way === 'npm' ? '@scope/name' : way === 'address' ? 'https://…/plugin-1.0.0.tgz' : '/srv/plugins/…'} />
      )}
      <details>
        <summary>Checks</summary>
        <div className="stack" style={{ paddingTop: 10 }}>
          <TextField label="Integrity" help="sha512-… as its publisher tells it; another package is then refused." spellCheck={false} value={integrity} onChange={(event) => setIntegrity(event.target.value)} />
          <Check label="Take an unsigned version of a signed plugin" help="Only if you know where it comes from." checked={allowUnsigned} onChange={setAllowUnsigned} />
        </div>
      </details>
      {sent && <><Progress done={sent.done} total={sent.total} label="Sending the package" /><span className="quiet small">{bytes(sent.done)} of {bytes(sent.total)} sent</span></>}
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}
