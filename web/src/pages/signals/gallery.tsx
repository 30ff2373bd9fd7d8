import { useState } from 'react';
import type { Scalar, Signal } from '../../api/types-rules';
import { Empty } from '../../ui/basics';
import { Filter, SearchField } from '../../ui/fields';
import { refusal, signalsFor } from '../rules/model/fits';
import { scalarName } from '../rules/model/words';
import { SignalLogo } from './logo';

/** Signals to choose from: usable ones first, those that cannot be used greyed, with the reason. `scalar` leaves those that take such a value. */
export function Gallery({ signals, scalar, onOpen, onUse }: {
  signals: Signal[]; scalar?: Scalar | 'FULL_ITEM' | undefined; onOpen: (signal: Signal) => void; onUse?: ((signal: Signal) => void) | undefined;
}) {
  const [text, setText] = useState('');
  const [takes, setTakes] = useState('');
  const fitting = signalsFor(scalar ?? ((takes || undefined) as Scalar | undefined), signals);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = fitting.filter((signal) => words.every((word) => `${signal.name} ${signal.description} ${signal.integration?.title ?? 'built in'}`.toLowerCase().includes(word)));
  const inputs = [...new Set(signals.flatMap((signal) => signal.eligibleInputs))].sort();
  return (
    <div className="stack">
      <div className="row wrap">
        <SearchField label="Search signals" value={text} onChange={setText} />
        {!scalar && <Filter label="Looks at" value={takes} onChange={setTakes} options={inputs.map((one) => [one, scalarName(one)])} />}
      </div>
      {fitting.length === 0 && (
        <Empty icon="broadcast" title={scalar ? `No signal takes this (${scalarName(scalar)})` : 'No signals'}>
          {scalar ? 'Compare the value itself, choose something else to look at, or install an integration whose signals take it.' : 'Integrations add signals.'}
        </Empty>
      )}
      {fitting.length > 0 && shown.length === 0 && <p className="quiet" role="status">No signal is called so.</p>}
      <ul className="gallery" aria-label="Signals">
        {shown.map((signal) => <li key={signal.type}><Card signal={signal} onOpen={() => onOpen(signal)} onUse={onUse && !refusal(signal) ? () => onUse(signal) : undefined} /></li>)}
      </ul>
    </div>
  );
}

function Card({ signal, onOpen, onUse }: { signal: Signal; onOpen: () => void; onUse?: (() => void) | undefined }) {
  const why = refusal(signal);
  return (
    <div className={`signal-card ${why ? 'off' : ''}`} title={why ?? undefined}>
      <div className="row">
        <SignalLogo signal={signal} />
        <div className="grow stack tight" style={{ gap: 0 }}>
          <strong className="cut">{signal.name}</strong>
          <span className="quiet small cut">{signal.integration?.title ?? 'Built in'}</span>
        </div>
      </div>
      <p className="small quiet two-lines">{signal.description}</p>
      {why && <p className="small"><span className="sign warn" aria-hidden="true">◐</span>{why}</p>}
      <div className="row wrap small quiet" style={{ gap: '2px 10px' }}>
        <span>{priceWords(signal)}</span>
        <span>{languageWords(signal)}</span>
        <span>{costWords(signal)}</span>
      </div>
      <div className="row" style={{ marginTop: 'auto' }}>
        <button type="button" className="button small" onClick={onOpen}>Details<span className="visually-hidden"> of {signal.name}</span></button>
        {onUse && <button type="button" className="button small primary" onClick={onUse}>Use<span className="visually-hidden"> {signal.name}</span></button>}
      </div>
    </div>
  );
}

export const priceWords = (signal: Signal): string => (signal.isBuiltIn ? 'free' : signal.pricing === 'SUBSCRIPTION' ? 'with a subscription' : signal.pricing === 'FREE' ? 'free' : 'price not said');

export function languageWords(signal: Signal): string {
  if (signal.languages === 'ALL') return 'all languages';
  const names = signal.languages.map((one) => one.charAt(0) + one.slice(1).toLowerCase().replace(/_/g, ' '));
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ') || 'no language named';
}

export const costWords = (signal: Signal): string => (signal.cost === null ? 'asked last' : `cost ${signal.cost}`);
