import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { ItemField, ItemType, Scalar } from '../../api/types-rules';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { SelectField, TextField } from '../../ui/fields';
import { Dialog } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';
import { canForce } from '../rules/force';
import { fieldScalar } from '../rules/model/fits';
import { idFrom, revisionOf } from '../rules/model/ids';
import { scalarName } from '../rules/model/words';
import { kindNames } from './item-types';

const scalars: Scalar[] = ['STRING', 'NUMBER', 'BOOLEAN', 'DATETIME', 'URL', 'IMAGE', 'VIDEO', 'AUDIO', 'MEDIA', 'USER_ID', 'ID', 'RELATED_ITEM', 'POLICY_ID', 'GEOHASH', 'IP_ADDRESS', 'EMAIL_ADDRESS'];
const roles: [string, string][] = [['displayName', 'what it is called'], ['creatorId', 'who made it'], ['threadId', 'its thread'], ['parentId', 'what it answers'], ['createdAt', 'when it was made'], ['isDeleted', 'whether it is deleted'], ['ipAddress', 'where from']];

interface Row { name: string; shape: 'one' | 'ARRAY' | 'MAP'; scalar: Scalar; required: boolean; role: string }

function rowsOf(type: ItemType | null): Row[] {
  if (!type) return [{ name: 'text', shape: 'one', scalar: 'STRING', required: false, role: '' }];
  return type.schema.map((field) => ({
    name: field.name, shape: field.container?.containerType ?? 'one', scalar: fieldScalar(field), required: field.required ?? false,
    role: Object.entries(type.schemaFieldRoles ?? {}).find(([, name]) => name === field.name)?.[0] ?? '',
  }));
}

function fieldOf(row: Row, before: ItemField | undefined): ItemField {
  const base = { name: row.name.trim(), required: row.required };
  if (row.shape === 'one') return { ...base, type: row.scalar, container: null };
  const keyScalarType = before?.container?.keyScalarType ?? 'STRING';
  return { ...base, type: row.shape, container: { containerType: row.shape, valueScalarType: row.scalar, ...(row.shape === 'MAP' && { keyScalarType }) } };
}

/** The fields of an item type, one a line. */
export function EditItemType({ type, taken, onClose }: { type: ItemType | null; taken: string[]; onClose: () => void }) {
  const { may } = useSession();
  const isOff = !may('rule:write');
  const [name, setName] = useState(type?.name ?? '');
  const [id, setId] = useState(type?.id ?? '');
  const [kind, setKind] = useState<ItemType['kind']>(type?.kind ?? 'CONTENT');
  const [rows, setRows] = useState(() => rowsOf(type));
  const change = (place: number, part: Partial<Row>) => setRows(rows.map((row, at) => (at === place ? { ...row, ...part } : row)));
  const names = rows.map((row) => row.name.trim());
  const wrong = rows.length === 0 ? 'It needs at least one field.' : names.some((one) => !one) ? 'Each field needs a name.' : new Set(names).size < names.length ? 'Each field needs a name of its own.' : null;
  const isTaken = !type && taken.includes(id.trim());
  const save = useWork(async (force: boolean) => {
    const schemaFieldRoles = Object.fromEntries(rows.filter((row) => row.role).map((row) => [row.role, row.name.trim()]));
    const body = { name: name.trim(), kind, schema: rows.map((row) => fieldOf(row, type?.schema.find((one) => one.name === row.name))), schemaFieldRoles, description: type?.description };
    await api.put(`/item-types/${encodeURIComponent(type?.id ?? (id.trim() || idFrom(name, taken)))}${force ? '?force=true' : ''}`, body, revisionOf(type));
    onClose();
  });
  const isReady = name.trim() !== '' && !wrong && !isTaken && !isOff;
  return (
    <Dialog title={type ? `Item type ${type.name}` : 'New item type'} isWide onClose={onClose} onSubmit={() => { if (isReady) void save.run(false); }}
      foot={<><Button onClick={onClose}>{isOff ? 'Close' : 'Cancel'}</Button>{!isOff && <Button look="primary" type="submit" disabled={!isReady} isBusy={save.isBusy}>Save</Button>}</>}>
      <div className="columns">
        <TextField label="Name" required disabled={isOff} value={name} placeholder="Comment" onChange={(event) => setName(event.target.value)} />
        {!type && <TextField label="Id" help="What items name as their typeId." value={id} placeholder={name.trim() ? idFrom(name, taken) : 'comment'} wrong={isTaken ? 'There is one with this id already.' : undefined} onChange={(event) => setId(event.target.value)} />}
        <SelectField label="Kind" disabled={isOff} value={kind} onChange={(event) => setKind(event.target.value as ItemType['kind'])}>{Object.entries(kindNames).map(([key, label]) => <option key={key} value={key}>{label}</option>)}</SelectField>
      </div>
      <fieldset disabled={isOff}>
        <legend className="label">Fields</legend>
        <ul className="stack" style={{ paddingTop: 6 }}>
          {rows.map((row, place) => (
            <li key={place}><div className="row wrap" role="group" aria-label={`Field ${row.name || place + 1}`}>
              <input className="input grow" style={{ minWidth: 120 }} aria-label="Name" value={row.name} placeholder="text" spellCheck={false} onChange={(event) => change(place, { name: event.target.value })} />
              <select className="input" style={{ width: 'auto' }} aria-label="How many" value={row.shape} onChange={(event) => change(place, { shape: event.target.value as Row['shape'] })}>
                <option value="one">one</option><option value="ARRAY">list of</option><option value="MAP">map to</option>
              </select>
              <select className="input" style={{ width: 'auto' }} aria-label="What" value={row.scalar} onChange={(event) => change(place, { scalar: event.target.value as Scalar })}>
                {scalars.map((one) => <option key={one} value={one}>{scalarName(one)}</option>)}
              </select>
              <select className="input" style={{ width: 'auto' }} aria-label="Part it plays" value={row.role} onChange={(event) => change(place, { role: event.target.value })}>
                <option value="">no part</option>
                {row.role && !roles.some(([key]) => key === row.role) && <option value={row.role}>{row.role}</option>}
                {roles.filter(([key]) => key === row.role || !rows.some((other) => other.role === key)).map(([key, label]) => <option key={key} value={key}>{label}</option>)}
              </select>
              <label className="check"><input type="checkbox" checked={row.required} onChange={(event) => change(place, { required: event.target.checked })} />required</label>
              {!isOff && <Button look="plain" isSmall icon="trash" aria-label={`Remove the field ${row.name || place + 1}`} onClick={() => setRows(rows.filter((_, at) => at !== place))} />}
            </div></li>
          ))}
        </ul>
        {!isOff && <Button isSmall icon="plus-lg" onClick={() => setRows([...rows, { name: '', shape: 'one', scalar: 'STRING', required: false, role: '' }])}>Field</Button>}
      </fieldset>
      {wrong && name.trim() && <p className="wrong small" role="status">{wrong}</p>}
      {type && !isOff && <p className="quiet small">Items that are stored stay as they came; rules read them by these fields from now on.</p>}
      {save.problem && <ProblemNote problem={save.problem} action={canForce(save.problem) && <Button isSmall onClick={() => void save.run(true)}>Save it all the same</Button>} />}
    </Dialog>
  );
}
