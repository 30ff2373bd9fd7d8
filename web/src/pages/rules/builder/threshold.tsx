import type { LeafCondition } from '../../../api/types-rules';
import { missing, outputOf } from '../model/fits';
import { signalOf } from '../model/words';
import type { Catalogue } from '../model/words';

/** What a score is compared with: a choice where there are few values, the highest first where they are ordered; else a field. */
export function Threshold({ leaf, catalogue, isOff, isTold, onChange }: {
  leaf: Partial<LeafCondition>; catalogue: Catalogue; isOff: boolean; isTold: boolean; onChange: (threshold: string | number) => void;
}) {
  const output = outputOf(leaf, catalogue);
  const value = leaf.threshold === undefined ? '' : String(leaf.threshold);
  const isWrong = missing(leaf, catalogue)?.what === 'threshold' && (isTold || value.trim() !== '');
  const common = { className: 'input', 'aria-label': 'Threshold', disabled: isOff, 'aria-invalid': isWrong || undefined } as const;
  const choices = output?.enum ? (output.ordered ? [...output.enum].reverse() : output.enum).map((one) => [String(one), String(one)] as const)
    : output?.scalarType === 'POLICY_ID' && catalogue.policies.length > 0 ? catalogue.policies.map((one) => [one.id, one.name] as const) : null;
  if (choices) {
    return (
      <select {...common} value={value} onChange={(event) => onChange(output?.scalarType === 'NUMBER' ? Number(event.target.value) : event.target.value)}>
        <option value="">Choose…</option>
        {value !== '' && !choices.some(([key]) => key === value) && <option value={value}>{value}</option>}
        {choices.map(([key, label]) => <option key={key} value={key}>{label}</option>)}
      </select>
    );
  }
  const type = output?.scalarType;
  return (
    <input {...common} value={value} inputMode={type === 'NUMBER' ? 'decimal' : undefined} autoComplete="off" spellCheck={false}
      placeholder={type === 'NUMBER' ? 'number' : type === 'DATETIME' ? '2026-12-31T23:59:59Z' : 'text'} onChange={(event) => onChange(event.target.value)} />
  );
}

/** What the signal's makers recommend; a press writes it, and nothing else does. */
export function Recommended({ leaf, catalogue, onChange }: { leaf: Partial<LeafCondition>; catalogue: Catalogue; onChange: (threshold: string | number) => void }) {
  const thresholds = signalOf(leaf.signal?.type, catalogue)?.thresholds;
  if (!thresholds) return null;
  return (
    <span className="row wrap small quiet" style={{ gap: '2px 8px' }}>
      Recommended:
      <button type="button" className="button small plain" onClick={() => onChange(thresholds.highPrecision)}>{thresholds.highPrecision} · fewer false positives</button>
      <button type="button" className="button small plain" onClick={() => onChange(thresholds.highRecall)}>{thresholds.highRecall} · fewer false negatives</button>
    </span>
  );
}
