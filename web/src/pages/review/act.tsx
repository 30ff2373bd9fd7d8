import { useState } from 'react';
import { useWholeList } from '../../api/resource';
import type { Policy } from '../../api/types-rules';
import { Button } from '../../ui/basics';
import { Check, TextField } from '../../ui/fields';
import { Dialog } from '../../ui/overlay';
import type { Catalogue } from '../rules/model/words';

/** Which actions somebody takes on an item. */
export function ActDialog({ itemId, policies: first, catalogue, onClose, act }: {
  itemId: string; /** Those that are chosen at first. */ policies: string[]; catalogue: Catalogue; onClose: () => void; act: (what: { actionIds: string[]; policyIds: string[]; note?: string | undefined }) => void;
}) {
  const policies = useWholeList<Policy>('/policies');
  const [actions, setActions] = useState<string[]>([]);
  const [named, setNamed] = useState<string[]>(first);
  const [note, setNote] = useState('');
  const choices = catalogue.actions.filter((one) => one.kind !== 'review');
  const toggle = (list: string[], id: string, isOn: boolean) => (isOn ? [...list, id] : list.filter((one) => one !== id));
  const known = named.filter((id) => (policies.value ?? []).some((one) => one.id === id));
  return (
    <Dialog title={`Act on ${itemId}`} onClose={onClose} onSubmit={() => { if (actions.length > 0) act({ actionIds: actions, policyIds: known, note: note.trim() || undefined }); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={actions.length === 0}>Act</Button></>}>
      <fieldset className="stack tight"><legend className="label">Actions</legend>
        {choices.map((one) => <Check key={one.id} label={one.name} checked={actions.includes(one.id)} onChange={(isOn) => setActions(toggle(actions, one.id, isOn))} />)}
        {choices.length === 0 && <p className="quiet small">There is no action that a person can take yet.</p>}
      </fieldset>
      {(policies.value ?? []).length > 0 && (
        <fieldset className="stack tight"><legend className="label">Policies it is against</legend>
          {(policies.value ?? []).map((one) => <Check key={one.id} label={one.name} checked={named.includes(one.id)} onChange={(isOn) => setNamed(toggle(named, one.id, isOn))} />)}
        </fieldset>
      )}
      <TextField label="Note" value={note} placeholder="For whoever asks later" onChange={(event) => setNote(event.target.value)} />
    </Dialog>
  );
}
