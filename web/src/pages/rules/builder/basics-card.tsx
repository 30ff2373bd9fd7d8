import type { ItemType } from '../../../api/types-rules';
import { Link } from '../../../shell/router';
import { Check, SelectField, TextField } from '../../../ui/fields';
import type { Draft, History } from '../model/draft';

/** What the rule is called, and which items it looks at. */
export function BasicsCard({ draft, edit, types, isOff, isTold, nameWrong }: {
  draft: Draft; edit: History<Draft>['edit']; types: ItemType[]; isOff: boolean; isTold: boolean; nameWrong?: string | undefined;
}) {
  const unknown = draft.itemTypeIds.filter((id) => !types.some((type) => type.id === id));
  const choose = (id: string, isOn: boolean) => edit((one) => ({ ...one, itemTypeIds: isOn ? [...one.itemTypeIds, id] : one.itemTypeIds.filter((other) => other !== id) }));
  const isOnUsers = draft.ruleType === 'USER';
  const isNameless = isTold && !draft.name.trim();
  return (
    <section className="card stack" aria-labelledby="rule-basics">
      <h2 id="rule-basics">What it is</h2>
      <div data-missing={draft.name.trim() ? undefined : 'name'}>
        <TextField label="Name" required value={draft.name} disabled={isOff} placeholder="Spam in comments" wrong={isNameless ? 'Give it a name that says what it finds.' : nameWrong}
          onChange={(event) => edit((one) => ({ ...one, name: event.target.value }), 'name')} />
      </div>
      <TextField label="Description" value={draft.description} disabled={isOff} placeholder="For whoever looks at it next" onChange={(event) => edit((one) => ({ ...one, description: event.target.value }), 'description')} />
      <SelectField label="Looks at" value={draft.ruleType} disabled={isOff} help={isOnUsers ? 'Whoever items come from: when their strikes change, when an item of their own type comes in, and on demand.' : undefined}
        onChange={(event) => edit((one) => ({ ...one, ruleType: event.target.value as Draft['ruleType'], itemTypeIds: event.target.value === 'USER' ? [] : one.itemTypeIds }))}>
        <option value="CONTENT">Items that come in</option><option value="USER">Users</option>
      </SelectField>
      {(!isOnUsers || draft.itemTypeIds.length > 0) && <fieldset disabled={isOff}>
        <legend className="label">Item types</legend>
        <div className="row wrap" style={{ gap: '4px 18px', paddingTop: 4 }}>
          {types.map((type) => <Check key={type.id} label={type.name} checked={draft.itemTypeIds.includes(type.id)} onChange={(isOn) => choose(type.id, isOn)} />)}
          {unknown.map((id) => <Check key={id} label={<><code>{id}</code> (not there)</>} checked onChange={() => choose(id, false)} />)}
        </div>
        {types.length === 0 ? <p className="quiet small">There are no item types yet. <Link href="/item-types?new=1">Describe what you submit</Link>, so that conditions can name its fields.</p>
          : draft.itemTypeIds.length === 0 && <p className="quiet small">None chosen: it looks at items of every type.</p>}
      </fieldset>}
    </section>
  );
}
