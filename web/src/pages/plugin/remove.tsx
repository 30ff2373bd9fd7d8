import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { PluginDetail, Removal } from '../../api/types';
import { useRouter } from '../../shell/router';
import { Button } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { bytes, kindName, plural } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';

/** Shows what will go, in numbers and names, before it goes. */
export function RemoveDialog({ plugin, onClose }: { plugin: PluginDetail; onClose: () => void }) {
  const path = `/plugins/${encodeURIComponent(plugin.id)}`;
  const removal = useResource<Removal>(`${path}/removal`);
  const { go } = useRouter();
  const tell = useToast();
  const [typed, setTyped] = useState('');
  const work = useWork(async () => {
    await api.delete(`${path}?confirm=${encodeURIComponent(plugin.id)}`);
    onClose();
    go('/plugins');
    tell(`${plugin.name} is removed.`);
  });
  const isSure = typed === plugin.id;
  return (
    <Dialog title={`Remove ${plugin.name}`} onClose={onClose} onSubmit={() => { if (isSure) void work.run(); }}
      foot={<><Button onClick={onClose}>Keep it</Button><Button look="danger" type="submit" icon="trash" disabled={!isSure} isBusy={work.isBusy}>Remove for good</Button></>}>
      <Loaded from={removal}>
        {(what) => (
          <>
            <p>This goes and cannot be brought back:</p>
            <ul style={{ listStyle: 'disc', paddingLeft: 22 }}>
              <li>{plural(what.versions, 'version')}, {plural(what.files, 'file')}, {bytes(what.bytes)}</li>
              <li>{plural(what.settings, 'setting')}, {plural(what.secrets, 'secret')}, {plural(what.grants, 'grant')}</li>
              <li>{plural(what.stateKeys, 'stored value')} of its own</li>
              {what.contributions.length > 0 && <li>{what.contributions.slice(0, 8).map((one) => `${kindName(one.kind)} “${one.title}”`).join(', ')}{what.contributions.length > 8 && `, and ${what.contributions.length - 8} more`}</li>}
              {what.organisations.length > 0 && <li>settings of {what.organisations.join(', ')}</li>}
            </ul>
            {what.usedBy.length > 0 && <div className="notice warn"><strong>Used by {what.usedBy.join(', ')}</strong></div>}
            <p className="quiet">To pause it instead, disable it: nothing is lost then.</p>
            <TextField label={`Type ${plugin.id} to confirm`} autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
          </>
        )}
      </Loaded>
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}
