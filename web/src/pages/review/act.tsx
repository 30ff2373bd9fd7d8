import { useState } from 'react';
import { useWholeList } from '../../api/resource';
import type { ReviewDetail } from '../../api/types-review';
import type { Policy } from '../../api/types-rules';
import { Button } from '../../ui/basics';
import { Check, TextField } from '../../ui/fields';
import { Dialog } from '../../ui/overlay';
import type { Catalogue } from '../rules/model/words';

/** Which actions a review ends with. */
export function ActDialog({ review, catalogue, onClose, close }: { review: ReviewDetail; catalogue: Catalogue; onClose: () => void; close: (body: object) => void }) {
  const policies = useWholeList<Policy>('/policies');
  const [actions, setActions] = useState<string[]>([]);
  const [named, setNamed] = useState<string[]>(review.policies);
  const [note, setNote] = useState('');
  const choices = catalogue.actions.filter((one) => one.kind !== 'review');
  const toggle = (list: string[], id: string, isOn: boolean) => (isOn ? [...list, id] : list.filter((one) => one !== id));
  const known = named.filter((id) => (policies.value ?? []).some((one) => one.id === id));
  return (
    <Dialog title={`Act on ${review.itemId}`} onClose={onClose} onSubmit={() => { if (actions.length > 0) close({ outcome: 'acted', actionIds: actions, policyIds: known, decisions: review.decisions, note: note.trim() || undefined }); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={actions.length === 0}>Act</Button></>}>
      <fieldset className="stack tight"><legend className="label">Actions</legend>
        {choices.map((one) => <Check key={one.id} label={one.name} checked={actions.includes(one.id)} onChange={(isOn) => setActions(toggle(actions, one.id, isOn))} />)}
        {choices.length === 0 && <p className="quiet small">There is no action that a review can end with yet.</p>}
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
