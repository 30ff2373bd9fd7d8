import { useState } from 'react';
import type { BankKind, LeafCondition, MatchingValues } from '../../../api/types-rules';
import { Link } from '../../../shell/router';
import { Check, Field } from '../../../ui/fields';
import { plural } from '../../../ui/format';
import { bankKindOf, scalarOf } from '../model/fits';
import { areaText, readArea } from '../model/places';
import type { Catalogue } from '../model/words';

const members: Record<BankKind, 'textBankIds' | 'locationBankIds' | 'imageBankIds'> = { text: 'textBankIds', location: 'locationBankIds', image: 'imageBankIds' };

/** What a signal matches with: written out, one a line, and banks that many rules share. */
export function MatchingEditor({ leaf, catalogue, isOff, onChange }: {
  leaf: Partial<LeafCondition>; catalogue: Catalogue; isOff: boolean; onChange: (values: MatchingValues) => void;
}) {
  const kind = bankKindOf(scalarOf(leaf.input, catalogue));
  const values = leaf.matchingValues ?? {};
  const banks = catalogue.banks.filter((bank) => bank.kind === kind);
  const member = members[kind];
  const chosen = values[member] ?? [];
  const unknown = chosen.filter((id) => !banks.some((bank) => bank.id === id));
  const choose = (id: string, isOn: boolean) => onChange({ ...values, [member]: isOn ? [...chosen, id] : chosen.filter((one) => one !== id) });
  const isRegex = leaf.signal?.type.includes('REGEX') ?? false;
  return (
    <div className="matching columns">
      {kind === 'text' && (
        <Lines label={isRegex ? 'Regular expressions' : 'Texts'} help="One a line." lines={values.strings ?? []} isOff={isOff}
          onLines={(strings) => onChange({ ...values, strings })} />
      )}
      {kind === 'location' && (
        <Lines label="Places" help="One a line: a geohash such as u33db, or latitude, longitude, metres around it." lines={(values.locations ?? []).map(areaText)} isOff={isOff}
          wrongLine={(line) => readArea(line) === null} onLines={(lines) => onChange({ ...values, locations: lines.map((line) => readArea(line) ?? line) })} />
      )}
      <fieldset disabled={isOff}>
        <legend className="label">{kind === 'text' ? 'Banks of texts' : kind === 'location' ? 'Banks of places' : 'Banks of image hashes'}</legend>
        {banks.map((bank) => (
          <Check key={bank.id} label={bank.name} help={plural(bank.count, 'entry', 'entries')} checked={chosen.includes(bank.id)} onChange={(isOn) => choose(bank.id, isOn)} />
        ))}
        {unknown.map((id) => <Check key={id} label={<><code>{id}</code> is not there</>} checked onChange={() => choose(id, false)} />)}
        {banks.length === 0 && <p className="quiet small">None of this kind. <Link href={`/banks?kind=${kind}`}>Make a bank</Link> to share values between rules.</p>}
      </fieldset>
    </div>
  );
}

function Lines({ label, help, lines, isOff, wrongLine, onLines }: {
  label: string; help: string; lines: string[]; isOff: boolean; wrongLine?: (line: string) => boolean; onLines: (lines: string[]) => void;
}) {
  const joined = lines.join('\n');
  const [text, setText] = useState(joined);
  // What was changed elsewhere, by undo for one, replaces what stands here; the empty lines of somebody typing do not.
  const cleaned = clean(text);
  const shown = cleaned.join('\n') === joined ? text : joined;
  const wrong = wrongLine && cleaned.find(wrongLine);
  return (
    <Field label={label} help={help} wrong={wrong ? `“${wrong}” is no place.` : undefined}>
      {(wired) => (
        <textarea {...wired} className="input" rows={3} disabled={isOff} spellCheck={false} value={shown}
          onChange={(event) => { setText(event.target.value); onLines(clean(event.target.value)); }} />
      )}
    </Field>
  );
}

const clean = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);
