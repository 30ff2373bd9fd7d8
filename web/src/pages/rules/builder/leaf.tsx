import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Finding } from '../../../api/types';
import type { LeafCondition, Subcategory } from '../../../api/types-rules';
import { Button, Icon } from '../../../ui/basics';
import { comparisonId, comparisonsFor, inputId, missing, needsThreshold, outputOf, withComparison, withInput, withSignal } from '../model/fits';
import type { InputChoice } from '../model/fits';
import { comparatorName, inputWords, matchingWords, signalOf } from '../model/words';
import type { Catalogue } from '../model/words';
import { Findings } from './findings';
import { Histogram } from './histogram';
import { MatchingEditor } from './matching';
import { SignalPicker } from './signal-picker';
import { Recommended, Threshold } from './threshold';

interface Props {
  leaf: Partial<LeafCondition>;
  inputs: InputChoice[];
  itemTypeIds: string[];
  catalogue: Catalogue;
  findings: Finding[];
  isOff: boolean;
  /** Whether what is missing is said; not before somebody tried to use the rule. */
  isTold: boolean;
  /** The handle before, and the menu behind. */
  before: ReactNode;
  after: ReactNode;
  onChange: (edit: (leaf: Partial<LeafCondition>) => Partial<LeafCondition>, kind?: string) => void;
}

/** One condition: what to look at, what to ask about it, how the answer has to be. Only what fits is offered. */
export function LeafEditor({ leaf, inputs, itemTypeIds, catalogue, findings, isOff, isTold, before, after, onChange }: Props) {
  const [isPicking, setPicking] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const signal = signalOf(leaf.signal?.type, catalogue);
  const lack = missing(leaf, catalogue);
  const comparisons = comparisonsFor(leaf, catalogue);
  const comparison = comparisonId(leaf, catalogue);
  const isMatching = signal?.needsMatchingValues ?? leaf.matchingValues !== undefined;
  const isThreshold = needsThreshold(leaf.comparator) && comparison !== 'true' && comparison !== 'false';
  // A signal that was chosen first says what can be looked at.
  const fitting = !leaf.input && signal ? inputs.filter((choice) => signal.eligibleInputs.includes(choice.scalar)) : inputs;
  const offered = fitting.length > 0 ? fitting : inputs;
  const groups = [...new Set(offered.map((choice) => choice.group))];
  const chosen = inputId(leaf.input);
  const setThreshold = (threshold: string | number) => onChange((one) => ({ ...one, threshold }), 'threshold');
  const shownFindings: Finding[] = lack ? (isTold ? [{ code: 'missing', severity: 'error', message: lack.words }] : []) : findings;
  return (
    <div className="leaf" data-missing={lack?.what}>
      <div className="leaf-row">
        {before}
        <select className="input leaf-input" aria-label="Look at" disabled={isOff} value={chosen} aria-invalid={(isTold && lack?.what === 'input') || undefined}
          onChange={(event) => {
            const next = inputs.find((choice) => choice.id === event.target.value);
            if (next) onChange((one) => withInput(one, next.input, catalogue));
          }}>
          {!leaf.input && <option value="">Look at…</option>}
          {leaf.input && !inputs.some((choice) => choice.id === chosen) && <option value={chosen}>{inputWords(leaf.input, catalogue)}</option>}
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {offered.filter((choice) => choice.group === group).map((choice) => <option key={choice.id} value={choice.id}>{choice.label}</option>)}
            </optgroup>
          ))}
        </select>
        {!leaf.input && signal && <span className="small quiet">{fitting.length > 0 ? <>what <strong>{signal.name}</strong> shall look at</> : <>no item type has anything that <strong>{signal.name}</strong> looks at</>}</span>}
        {leaf.input && leaf.comparator !== 'IS_NOT_PROVIDED' && (
          <button type="button" className="input leaf-signal" disabled={isOff} aria-haspopup="dialog" aria-invalid={(isTold && lack?.what === 'signal') || undefined} onClick={() => setPicking(true)}>
            <span className="visually-hidden">Signal: </span>
            <span className="cut">{leaf.signal ? signal?.name ?? leaf.signal.name ?? leaf.signal.type : leaf.input.type === 'FULL_ITEM' ? 'Choose a signal…' : 'the value itself'}</span>
            <Icon name="chevron-down" />
          </button>
        )}
        {signal && signal.subcategories.length > 0 && (
          <select className="input" aria-label="Subcategory" disabled={isOff} value={leaf.signal?.subcategory ?? ''}
            onChange={(event) => onChange((one) => (one.signal ? { ...one, signal: { ...one.signal, subcategory: event.target.value || undefined } } : one))}>
            <option value="">Every subcategory</option>
            {flat(signal.subcategories).map(([id, label]) => <option key={id} value={id}>{label}</option>)}
          </select>
        )}
        {isMatching && (
          <button type="button" className="input leaf-values" aria-expanded={isOpen || lack?.what === 'values'} aria-invalid={(isTold && lack?.what === 'values') || undefined} onClick={() => setOpen(!isOpen)}>
            <span className="visually-hidden">Matched with: </span>
            <span className="cut">{matchingWords(leaf.matchingValues, catalogue) || 'nothing yet'}</span>
            <Icon name="chevron-down" />
          </button>
        )}
        {leaf.input && (comparisons.length > 0 || comparison) && (
          <select className="input leaf-comparison" aria-label="Comparison" disabled={isOff} value={comparison} aria-invalid={(isTold && lack?.what === 'comparison') || undefined}
            onChange={(event) => {
              const next = comparisons.find((one) => one.id === event.target.value);
              if (next) onChange((one) => withComparison(one, next));
            }}>
            {!comparison && <option value="">{leaf.signal ? 'is not zero or empty' : 'Choose…'}</option>}
            {comparison && leaf.comparator && !comparisons.some((one) => one.id === comparison) && <option value={comparison}>{comparatorName(leaf.comparator)}</option>}
            {comparisons.map((one) => <option key={one.id} value={one.id}>{one.label}</option>)}
          </select>
        )}
        {isThreshold && <span className="leaf-threshold"><Threshold leaf={leaf} catalogue={catalogue} isOff={isOff} isTold={isTold} onChange={setThreshold} /></span>}
        {after}
      </div>
      {isMatching && (isOpen || lack?.what === 'values') && (
        <MatchingEditor leaf={leaf} catalogue={catalogue} isOff={isOff} onChange={(matchingValues) => { setOpen(true); onChange((one) => ({ ...one, matchingValues }), 'matching'); }} />
      )}
      {isThreshold && !isOff && <Recommended leaf={leaf} catalogue={catalogue} onChange={setThreshold} />}
      {isThreshold && !isOff && outputOf(leaf, catalogue)?.scalarType === 'NUMBER' && <Histogram leaf={leaf} itemTypeIds={itemTypeIds} catalogue={catalogue} />}
      {leaf.signal && !signal && catalogue.isWhole && (
        <p className="small row wrap"><span className="sign bad" aria-hidden="true">✕</span>The signal <code>{leaf.signal.type}</code> is not installed: this condition could not be told.
          {!isOff && <Button isSmall onClick={() => setPicking(true)}>Choose another</Button>}</p>
      )}
      {leaf.signal?.args !== undefined && leaf.signal.args !== null && <p className="small quiet">with arguments <code style={{ overflowWrap: 'anywhere' }}>{shortened(JSON.stringify(leaf.signal.args))}</code></p>}
      {signal?.disabled && <p className="small"><span className="sign warn" aria-hidden="true">◐</span>{signal.disabled.message}</p>}
      <Findings list={shownFindings} />
      {isPicking && (
        <SignalPicker leaf={leaf} catalogue={catalogue} onClose={() => setPicking(false)} onPick={(picked) => {
          setPicking(false);
          onChange((one) => withSignal(one, picked));
        }} />
      )}
    </div>
  );
}

function flat(list: Subcategory[], depth = 0): [string, string][] {
  return list.flatMap((one): [string, string][] => [[one.id, `${'\u2003'.repeat(depth)}${one.label}`], ...flat(one.children ?? [], depth + 1)]);
}

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
