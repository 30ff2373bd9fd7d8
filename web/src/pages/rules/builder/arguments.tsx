import { useState } from 'react';
import { Button } from '../../../ui/basics';
import { JSONField, readJSON, shownJSON } from '../../../ui/json-field';
import { Dialog } from '../../../ui/overlay';

/** What a condition tells its signal besides the value: any JSON, handed over as `args`. */
export function ArgumentsDialog({ signal, args, onDone, onClose }: { signal: string; args: unknown; onDone: (args: unknown) => void; onClose: () => void }) {
  const [text, setText] = useState(shownJSON(args));
  const read = readJSON(text);
  const isWrong = 'wrong' in read;
  return (
    <Dialog title={`Arguments for “${signal}”`} onClose={onClose} onSubmit={() => { if (!isWrong) onDone(read.value ?? undefined); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={isWrong}>Use them</Button></>}>
      <p className="quiet">The signal gets them with every value this condition asks it about. Which it understands stands in its guide; most understand none.</p>
      <JSONField label="JSON" help="Empty: none." rows={8} value={text} onChange={setText} />
    </Dialog>
  );
}
