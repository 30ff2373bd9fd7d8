import { useState } from 'react';
import type { LeafCondition, Signal } from '../../../api/types-rules';
import { Button } from '../../../ui/basics';
import { Dialog } from '../../../ui/overlay';
import { SignalDetails } from '../../signals/details';
import { Gallery } from '../../signals/gallery';
import { refusal, scalarOf } from '../model/fits';
import { inputWords, scalarName } from '../model/words';
import type { Catalogue } from '../model/words';

/** Chooses what is asked about a value: the value itself, or one of the signals that take such a value. */
export function SignalPicker({ leaf, catalogue, onPick, onClose }: {
  leaf: Partial<LeafCondition>; catalogue: Catalogue; onPick: (signal: Signal | null) => void; onClose: () => void;
}) {
  const [open, setOpen] = useState<Signal | null>(null);
  const scalar = scalarOf(leaf.input, catalogue);
  if (open) {
    const why = refusal(open);
    return (
      <Dialog key="details" title={open.name} isWide onClose={onClose} onSubmit={() => { if (!why) onPick(open); }}
        foot={<><Button icon="arrow-left" onClick={() => setOpen(null)}>All signals</Button><Button look="primary" type="submit" disabled={why !== null}>Use signal</Button></>}>
        <SignalDetails signal={open} />
      </Dialog>
    );
  }
  return (
    <Dialog key="gallery" title={`Signals for ${inputWords(leaf.input, catalogue)}${scalar && scalar !== 'FULL_ITEM' ? ` (${scalarName(scalar)})` : ''}`} isWide onClose={onClose}
      foot={<><Button onClick={onClose}>Cancel</Button>{scalar !== 'FULL_ITEM' && <Button onClick={() => onPick(null)}>Compare the value itself</Button>}</>}>
      <Gallery signals={catalogue.signals} scalar={scalar} onOpen={setOpen} onUse={onPick} />
    </Dialog>
  );
}
