import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Bank, BankKind } from '../../api/types-rules';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { Field, SelectField, TextField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { idFrom, revisionOf } from '../rules/model/ids';
import { areaText, readArea } from '../rules/model/places';
import { bankNames } from './banks';

const helps: Record<BankKind, string> = {
  text: 'One a line. Whether they are texts or patterns is for the signal that asks.', location: 'One a line: a geohash such as u33db, or latitude, longitude, metres around it.',
  image: 'One a line: a PDQ hash of 64 hexadecimal digits.',
};

interface Props { bank: Bank | null; kind: BankKind; taken: string[]; onClose: () => void }

export function EditBank(props: Props) {
  const { bank } = props;
  const whole = useResource<Bank>(bank ? `/banks/${bank.kind}/${encodeURIComponent(bank.id)}` : null);
  if (!bank) return <Edit {...props} />;
  if (whole.value) return <Edit {...props} bank={whole.value} />;
  return whole.problem ? <Dialog title={bank.name} onClose={props.onClose}><Loaded from={whole}>{() => null}</Loaded></Dialog> : null;
}

function Edit({ bank, kind: first, taken, onClose }: Props) {
  const { may } = useSession();
  const [kind, setKind] = useState(bank?.kind ?? first);
  const [name, setName] = useState(bank?.name ?? '');
  const [text, setText] = useState((bank?.values ?? []).map((value) => (bank?.kind === 'location' ? areaText(value) : String(value))).join('\n'));
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const fits = (line: string) => (kind === 'location' ? readArea(line) !== null : kind === 'image' ? /^[0-9a-f]{64}$/i.test(line) : true);
  const wrong = lines.find((line) => !fits(line));
  const isOff = !may('rule:write');
  const save = useWork(async () => {
    const values = lines.map((line) => (kind === 'location' ? readArea(line) : line));
    await api.put(`/banks/${kind}/${encodeURIComponent(bank?.id ?? idFrom(name, taken))}`, { name: name.trim(), values }, revisionOf(bank));
    onClose();
  });
  return (
    <Dialog title={bank ? `Bank ${bank.name}` : 'New bank'} onClose={onClose} onSubmit={() => { if (name.trim() && !wrong && !isOff) void save.run(); }}
      foot={<><Button onClick={onClose}>{isOff ? 'Close' : 'Cancel'}</Button>{!isOff && <Button look="primary" type="submit" disabled={!name.trim() || wrong !== undefined} isBusy={save.isBusy}>Save</Button>}</>}>
      <TextField label="Name" required disabled={isOff} value={name} placeholder="Casino words" onChange={(event) => setName(event.target.value)} />
      {!bank && <SelectField label="Kind" value={kind} onChange={(event) => setKind(event.target.value as BankKind)}>{Object.entries(bankNames).map(([key, label]) => <option key={key} value={key}>{label}</option>)}</SelectField>}
      <Field label={bankNames[kind]} help={helps[kind]} wrong={wrong && `“${wrong.slice(0, 80)}” does not fit.`} after={<span className="quiet small">{plural(lines.length, 'entry', 'entries')}</span>}>
        {(wired) => <textarea {...wired} className="input" rows={12} spellCheck={false} disabled={isOff} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      {save.problem && <ProblemNote problem={save.problem} />}
    </Dialog>
  );
}
