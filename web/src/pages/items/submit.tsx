import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Decision, ItemType } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { Button } from '../../ui/basics';
import { Field, SelectField } from '../../ui/fields';
import { milliseconds } from '../../ui/format';
import { Dialog } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';
import { example, readItems } from '../rules/model/samples';
import { outcomeNames } from '../rules/model/words';

/** One item by hand, as a program would send it: live rules act on it. */
export function SubmitItem({ types, onClose }: { types: ItemType[]; onClose: () => void }) {
  const [typeId, setTypeId] = useState(types[0]?.id ?? '');
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [made, setMade] = useState<Decision[] | null>(null);
  const send = useWork(async () => {
    const read = readItems(text, typeId);
    setWrong('wrong' in read ? read.wrong : undefined);
    if ('items' in read) setMade((await api.post<{ decisions: Decision[] }>('/items', { items: read.items })).decisions);
  });
  if (made) {
    return (
      <Dialog title={made.length === 1 ? 'It is decided' : 'They are decided'} onClose={onClose} onSubmit={onClose} foot={<Button look="primary" type="submit">Close</Button>}>
        <ul className="stack tight">
          {made.map((one) => {
            const outcome = one.passed.length > 0 ? 'PASSED' : one.rules.some((rule) => rule.outcome === 'ERRORED') ? 'ERRORED' : 'FAILED';
            return (
              <li key={one.id}><span className={`sign ${outcomeNames[outcome].mood}`} aria-hidden="true">{outcomeNames[outcome].sign}</span>
                <Link href={`/decisions/${encodeURIComponent(one.id)}`}>{one.itemId}</Link>: {one.passed.length > 0
                  ? `${one.passed.map((id) => one.rules.find((rule) => rule.id === id)?.name ?? id).join(', ')} passed` : outcomeNames[outcome].label} <span className="quiet small">in {milliseconds(one.milliseconds)}</span></li>
            );
          })}
        </ul>
      </Dialog>
    );
  }
  return (
    <Dialog title="Submit an item" onClose={onClose} onSubmit={() => { if (text.trim()) void send.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!text.trim()} isBusy={send.isBusy}>Submit</Button></>}>
      <p className="quiet">Live rules act on it as on any other.</p>
      {types.length > 0 && <SelectField label="Item type" value={typeId} onChange={(event) => setTypeId(event.target.value)}>{types.map((type) => <option key={type.id} value={type.id}>{type.name}</option>)}</SelectField>}
      <Field label="Item" wrong={wrong} help="JSON: an item, a list of some, or only the data of one."
        after={<Button isSmall look="plain" onClick={() => { setText(example(types.find((type) => type.id === typeId))); setWrong(undefined); }}>Write an example</Button>}>
        {(wired) => <textarea {...wired} className="input mono" rows={10} spellCheck={false} value={text} onChange={(event) => { setText(event.target.value); setWrong(undefined); }} />}
      </Field>
      {send.problem && <ProblemNote problem={send.problem} />}
    </Dialog>
  );
}
