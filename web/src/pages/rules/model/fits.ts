// What fits together in a condition: contract of Coop, section 18.

import type { BankKind, Comparator, ConditionInput, ItemField, ItemType, LeafCondition, MatchingValues, OutputType, Scalar, Signal } from '../../../api/types-rules';
import { comparatorName, isNo, scalarName, signalOf } from './words';
import type { Catalogue } from './words';

type InputScalar = Scalar | 'FULL_ITEM';

export interface InputChoice { id: string; group: string; label: string; input: ConditionInput; scalar: InputScalar }

export const fieldScalar = (field: ItemField): Scalar => field.container?.valueScalarType ?? (field.type as Scalar);

/** The same for the same input, however its members are ordered. */
export function inputId(input: ConditionInput | undefined): string {
  switch (input?.type) {
    case 'CONTENT_FIELD': return `field ${input.contentTypeId} ${input.name}`;
    case 'CONTENT_COOP_INPUT': return `gathered ${input.name === 'Creation Source' ? 'Source' : input.name}`;
    case 'FULL_ITEM': return input.contentTypeIds?.length ? `item ${[...input.contentTypeIds].sort().join(' ')}` : 'item';
    case 'USER_ID': return 'user';
    case 'CONTENT_DERIVED_FIELD': return `derived ${JSON.stringify(input.spec)}`;
    default: return '';
  }
}

const gathered: [string, Scalar, Scalar | null][] = [
  ['All text', 'STRING', 'STRING'], ['Any image', 'IMAGE', 'IMAGE'], ['Any video', 'VIDEO', 'VIDEO'], ['Any geohash', 'GEOHASH', 'GEOHASH'],
  ['Content author (user)', 'USER_ID', null], ['Relevant Policy', 'POLICY_ID', null], ['Source', 'STRING', null],
];

/** What conditions of a rule on these item types can look at. */
export function inputChoices(types: ItemType[], catalogue: Catalogue, isOnUsers = false): InputChoice[] {
  const has = (scalar: Scalar) => types.some((type) => type.schema.some((field) => fieldScalar(field) === scalar));
  const choices: InputChoice[] = isOnUsers ? [] : gathered
    .filter(([name, , needs]) => (needs ? has(needs) : name !== 'Content author (user)' || types.some((type) => type.kind !== 'USER')))
    .map(([name, scalar]) => ({ id: `gathered ${name}`, group: 'Aggregate inputs', label: name, input: { type: 'CONTENT_COOP_INPUT', name }, scalar }));
  if (isOnUsers || types.some((type) => type.kind === 'USER')) {
    choices.push({ id: 'user', group: 'Aggregate inputs', label: 'The user', input: { type: 'USER_ID' }, scalar: 'USER_ID' });
  }
  if (catalogue.signals.some((signal) => signal.eligibleInputs.includes('FULL_ITEM'))) {
    choices.push({ id: 'item', group: 'Whole item', label: 'The whole item', input: { type: 'FULL_ITEM' }, scalar: 'FULL_ITEM' });
  }
  for (const type of types) {
    for (const field of type.schema) {
      const input: ConditionInput = { type: 'CONTENT_FIELD', name: field.name, contentTypeId: type.id };
      const many = field.container ? `, ${field.container.containerType === 'MAP' ? 'map' : 'list'}` : '';
      choices.push({
        id: inputId(input), group: `${type.name} fields`, label: `${field.name} (${scalarName(fieldScalar(field))}${many})`, input, scalar: fieldScalar(field),
      });
    }
  }
  return choices;
}

/** The kind of the values an input gives; undefined where its field is not there. */
export function scalarOf(input: ConditionInput | undefined, catalogue: Catalogue): InputScalar | undefined {
  switch (input?.type) {
    case 'FULL_ITEM': return 'FULL_ITEM';
    case 'USER_ID': return 'USER_ID';
    case 'CONTENT_COOP_INPUT': return gathered.find(([name]) => `gathered ${name}` === inputId(input))?.[1];
    case 'CONTENT_FIELD': {
      const field = catalogue.types.find((type) => type.id === input.contentTypeId)?.schema.find((one) => one.name === input.name);
      return field && fieldScalar(field);
    }
    default: return undefined;
  }
}

/** Why a signal cannot be chosen now; null where it can. */
export function refusal(signal: Signal): string | null {
  if (signal.disabled) return signal.disabled.message;
  return signal.allowedInAutomatedRules ? null : 'Only for routing rules: it may not decide by itself.';
}

/** Signals that take such a value, in the gallery's order: usable ones first, those without an integration first, then by name. */
export function signalsFor(scalar: InputScalar | undefined, signals: Signal[]): Signal[] {
  const rank = (signal: Signal) => (refusal(signal) ? 2 : 0) + (signal.integration ? 1 : 0);
  return signals.filter((signal) => scalar === undefined || signal.eligibleInputs.includes(scalar)).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** What a condition compares: the signal's score, else the value itself. References are compared by their id and media by their address, so as texts. */
export function outputOf(leaf: Partial<LeafCondition>, catalogue: Catalogue): OutputType | undefined {
  if (leaf.signal) return signalOf(leaf.signal.type, catalogue)?.outputType;
  const scalar = scalarOf(leaf.input, catalogue);
  return scalar && scalar !== 'FULL_ITEM' ? { scalarType: scalar } : undefined;
}

export interface Comparison { id: string; label: string; comparator: Comparator; threshold?: boolean }

const ordered: Comparator[] = ['GREATER_THAN_OR_EQUALS', 'GREATER_THAN', 'LESS_THAN_OR_EQUALS', 'LESS_THAN'];

export function comparisonsFor(leaf: Partial<LeafCondition>, catalogue: Catalogue): Comparison[] {
  const output = outputOf(leaf, catalogue);
  const named = (comparator: Comparator): Comparison => ({ id: comparator, label: comparatorName(comparator), comparator });
  const last = (leaf.signal ? ['IS_UNAVAILABLE' as const, 'IS_NOT_PROVIDED' as const] : ['IS_NOT_PROVIDED' as const]).map(named);
  if (!output) return leaf.input?.type === 'FULL_ITEM' ? [] : last;
  if (output.scalarType === 'BOOLEAN') {
    return [{ id: 'true', label: 'is true', comparator: 'EQUALS', threshold: true }, { id: 'false', label: 'is false', comparator: 'EQUALS', threshold: false }, ...last];
  }
  const isOrdered = output.scalarType === 'NUMBER' || output.scalarType === 'DATETIME' || (output.scalarType === 'STRING' && !!output.enum && !!output.ordered);
  const offered = leaf.signal ? signalOf(leaf.signal.type, catalogue)?.comparators : undefined;
  const fitting: Comparator[] = [...(isOrdered ? ordered : []), 'EQUALS', 'NOT_EQUAL_TO'];
  return [...fitting.filter((one) => !offered?.length || offered.includes(one)).map(named), ...last];
}

/** The comparison a condition has, as an id of `comparisonsFor`; empty: none yet. */
export function comparisonId(leaf: Partial<LeafCondition>, catalogue: Catalogue): string {
  if (leaf.comparator === 'IS_UNAVAILABLE' || leaf.comparator === 'IS_NOT_PROVIDED') return leaf.comparator;
  if (outputOf(leaf, catalogue)?.scalarType === 'BOOLEAN') return leaf.signal || leaf.comparator ? (isNo(leaf) ? 'false' : 'true') : '';
  return leaf.comparator ?? '';
}

export const needsThreshold = (comparator: Comparator | undefined): boolean =>
  comparator !== undefined && comparator !== 'IS_UNAVAILABLE' && comparator !== 'IS_NOT_PROVIDED';

/** The kind of bank a signal on such values compares with. */
export const bankKindOf = (scalar: InputScalar | undefined): BankKind => (scalar === 'IMAGE' ? 'image' : scalar === 'GEOHASH' ? 'location' : 'text');

export const hasValues = (values: MatchingValues | undefined): boolean => Object.values(values ?? {}).some((list) => Array.isArray(list) && list.length > 0);

/** After another input was chosen: what no longer fits is gone. */
export function withInput(leaf: Partial<LeafCondition>, input: ConditionInput, catalogue: Catalogue): Partial<LeafCondition> {
  const [before, after] = [scalarOf(leaf.input, catalogue), scalarOf(input, catalogue)];
  if (leaf.input && before === after) return { ...leaf, input };
  // The signal was chosen first, in the gallery.
  const wanted = leaf.input ? undefined : signalOf(leaf.signal?.type, catalogue);
  if (wanted && after !== undefined && wanted.eligibleInputs.includes(after) && !refusal(wanted)) return withSignal({ input }, wanted);
  const usable = signalsFor(after, catalogue.signals).filter((signal) => !refusal(signal));
  const only = usable.length === 1 && after !== undefined ? usable[0] : undefined;
  return only ? withSignal({ input }, only) : { input };
}

export function withSignal(leaf: Partial<LeafCondition>, signal: Signal | null): Partial<LeafCondition> {
  if (!signal) return { input: leaf.input };
  const next: Partial<LeafCondition> = { input: leaf.input, signal: { id: JSON.stringify({ type: signal.type }), type: signal.type, name: signal.name } };
  if (signal.needsMatchingValues && leaf.matchingValues) next.matchingValues = leaf.matchingValues;
  if (signal.outputType.scalarType === 'BOOLEAN') return { ...next, comparator: 'EQUALS', threshold: true };
  if (signal.outputType.scalarType === 'NUMBER') return { ...next, comparator: 'GREATER_THAN_OR_EQUALS' };
  return next;
}

export function withComparison(leaf: Partial<LeafCondition>, comparison: Comparison): Partial<LeafCondition> {
  // It asks whether there is a value at all, so nothing else can be asked of it.
  if (comparison.comparator === 'IS_NOT_PROVIDED') return { input: leaf.input, comparator: 'IS_NOT_PROVIDED' };
  const { threshold, ...rest } = leaf;
  const next: Partial<LeafCondition> = { ...rest, comparator: comparison.comparator };
  if (comparison.threshold !== undefined) next.threshold = comparison.threshold;
  else if (needsThreshold(comparison.comparator) && typeof threshold !== 'boolean' && threshold !== undefined) next.threshold = threshold;
  return next;
}

const isNumeric = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

/** What is missing of a condition, in words and what of it; null where it is whole. */
export function missing(leaf: Partial<LeafCondition>, catalogue: Catalogue): { what: 'input' | 'signal' | 'values' | 'comparison' | 'threshold'; words: string } | null {
  if (!leaf.input) return { what: 'input', words: 'Choose what to look at.' };
  const signal = signalOf(leaf.signal?.type, catalogue);
  if (leaf.input.type === 'FULL_ITEM' && !leaf.signal) return { what: 'signal', words: 'Choose a signal: a whole item can only be judged by one.' };
  if (leaf.signal && !signal) return null;
  if (signal?.needsMatchingValues && !hasValues(leaf.matchingValues)) return { what: 'values', words: 'Write what it is matched with, or choose a bank.' };
  if (!leaf.comparator && signal?.outputType.scalarType !== 'BOOLEAN') return { what: 'comparison', words: 'Choose a comparison.' };
  if (!needsThreshold(leaf.comparator)) return null;
  const text = leaf.threshold === undefined ? '' : String(leaf.threshold);
  if (text.trim() === '') return { what: 'threshold', words: 'Write what it is compared with.' };
  const type = outputOf(leaf, catalogue)?.scalarType;
  if (type === 'NUMBER' && !isNumeric(text)) return { what: 'threshold', words: 'Write a number, such as 0.8.' };
  if (type === 'DATETIME' && Number.isNaN(Date.parse(text))) return { what: 'threshold', words: 'Write a date and time, such as 2026-12-31T23:59:59Z.' };
  return null;
}

/** As it is sent: numbers as numbers. */
export function written(leaf: Partial<LeafCondition>, catalogue: Catalogue): LeafCondition {
  const type = outputOf(leaf, catalogue)?.scalarType;
  const text = typeof leaf.threshold === 'string' ? leaf.threshold.trim() : undefined;
  const threshold = text !== undefined && type === 'NUMBER' && isNumeric(text) ? Number(text) : text ?? leaf.threshold;
  return { ...leaf, input: leaf.input ?? ({} as ConditionInput), threshold: threshold === '' ? undefined : threshold };
}
