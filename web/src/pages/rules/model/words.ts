// How rules are said: conditions, comparisons and outcomes in the words people read.

import type {
  Bank, Comparator, ConditionInput, ConditionSet, Conjunction, ItemType, LeafCondition, MatchingValues, Outcome, Policy, RuleAction, RuleState, Scalar, Signal,
} from '../../../api/types-rules';
import { plural } from '../../../ui/format';

/** What names stand behind the ids in rules. */
export interface Catalogue {
  types: ItemType[];
  signals: Signal[];
  banks: Bank[];
  policies: Policy[];
  actions: RuleAction[];
  /** Everything that was asked for is here; before that, what is not found may still come. */
  isWhole: boolean;
}

const scalarNames: Record<Scalar | 'FULL_ITEM', string> = {
  USER_ID: 'user', ID: 'id', STRING: 'text', BOOLEAN: 'yes or no', NUMBER: 'number', AUDIO: 'audio', IMAGE: 'image', VIDEO: 'video', DATETIME: 'date and time',
  GEOHASH: 'place', RELATED_ITEM: 'item', URL: 'address', POLICY_ID: 'policy', IP_ADDRESS: 'IP address', EMAIL_ADDRESS: 'e-mail address', MEDIA: 'media',
  FULL_ITEM: 'whole item',
};

export const scalarName = (scalar: Scalar | 'FULL_ITEM'): string => scalarNames[scalar] ?? scalar;

const comparatorNames: Record<Comparator, string> = {
  EQUALS: 'is equal to', NOT_EQUAL_TO: 'is not equal to', LESS_THAN: 'is less than', LESS_THAN_OR_EQUALS: 'is less than or equal to',
  GREATER_THAN: 'is greater than', GREATER_THAN_OR_EQUALS: 'is greater than or equal to', IS_UNAVAILABLE: 'could not be determined',
  IS_NOT_PROVIDED: 'is not provided',
};

export const comparatorName = (comparator: Comparator): string => comparatorNames[comparator] ?? comparator;

const comparatorSigns: Partial<Record<Comparator, string>> = {
  EQUALS: '=', NOT_EQUAL_TO: '≠', LESS_THAN: '<', LESS_THAN_OR_EQUALS: '≤', GREATER_THAN: '>', GREATER_THAN_OR_EQUALS: '≥',
};

export const conjunctionNames: Record<Conjunction, [string, string]> = {
  AND: ['ALL of', 'every condition has to be so'], OR: ['ANY of', 'one condition is enough'], XOR: ['EXACTLY ONE of', 'one condition and no other'],
};

export const stateNames: Record<RuleState, { label: string; sign: string; mood: 'good' | 'warn' | 'bad' | 'idle'; means: string }> = {
  LIVE: { label: 'Live', sign: '●', mood: 'good', means: 'It looks at every item and acts.' },
  BACKGROUND: { label: 'Background', sign: '◐', mood: 'warn', means: 'It looks at every item and does nothing.' },
  DRAFT: { label: 'Draft', sign: '○', mood: 'idle', means: 'It looks at nothing yet.' },
  EXPIRED: { label: 'Expired', sign: '◌', mood: 'warn', means: 'Its time is over; it looks at nothing.' },
  ARCHIVED: { label: 'Archived', sign: '–', mood: 'idle', means: 'Put away; it looks at nothing.' },
  DEPRECATED: { label: 'Deprecated', sign: '–', mood: 'idle', means: 'Put away under an older word.' },
};

export const outcomeNames: Record<Outcome, { label: string; sign: string; mood: 'good' | 'warn' | 'bad' | 'idle' }> = {
  PASSED: { label: 'passed', sign: '✓', mood: 'good' }, FAILED: { label: 'did not pass', sign: '✗', mood: 'idle' },
  INAPPLICABLE: { label: 'nothing to look at', sign: '–', mood: 'idle' }, ERRORED: { label: 'could not be told', sign: '!', mood: 'bad' },
};

export const signalOf = (type: string | undefined, catalogue: Catalogue): Signal | undefined => catalogue.signals.find((one) => one.type === type);
export const typeName = (id: string, catalogue: Catalogue): string => catalogue.types.find((one) => one.id === id)?.name ?? id;

const bankKinds: [keyof MatchingValues, Bank['kind']][] = [['textBankIds', 'text'], ['locationBankIds', 'location'], ['imageBankIds', 'image']];

export function inputWords(input: ConditionInput | undefined, catalogue: Catalogue): string {
  switch (input?.type) {
    case 'USER_ID': return 'The user';
    case 'FULL_ITEM': return input.contentTypeIds?.length ? `Whole ${input.contentTypeIds.map((id) => typeName(id, catalogue)).join(' or ')}` : 'The whole item';
    case 'CONTENT_FIELD': return catalogue.types.length > 1 ? `${typeName(input.contentTypeId, catalogue)} · ${input.name}` : input.name;
    case 'CONTENT_COOP_INPUT': return input.name;
    case 'CONTENT_DERIVED_FIELD': return 'Something derived';
    default: return 'Nothing chosen';
  }
}

/** `“casino”, “win big” and bank Casino words`; long lists are counted. */
export function matchingWords(values: MatchingValues | undefined, catalogue: Catalogue): string {
  if (!values) return '';
  const texts = values.strings ?? [];
  const parts = texts.length > 3 ? [plural(texts.length, 'text')] : texts.map((text) => `“${text}”`);
  if (values.locations?.length) parts.push(plural(values.locations.length, 'place'));
  for (const [member, kind] of bankKinds) {
    for (const id of (values[member] as string[] | undefined) ?? []) {
      parts.push(`bank ${catalogue.banks.find((one) => one.kind === kind && one.id === id)?.name ?? id}`);
    }
  }
  return parts.join(', ');
}

function flatSubcategory(signal: Signal | undefined, id: string): string {
  const look = (list: Signal['subcategories']): string | undefined => {
    for (const one of list) {
      const found = one.id === id ? one.label : look(one.children ?? []);
      if (found) return found;
    }
    return undefined;
  };
  return look(signal?.subcategories ?? []) ?? id;
}

/** One condition as a sentence: `Comment · text, contains text “casino”` or `author score ≥ 0.8`. */
export function leafWords(leaf: Partial<LeafCondition>, catalogue: Catalogue): string {
  const signal = signalOf(leaf.signal?.type, catalogue);
  const subject = [inputWords(leaf.input, catalogue)];
  if (leaf.signal) {
    const name = signal?.name ?? leaf.signal.name ?? leaf.signal.type;
    subject.push(leaf.signal.subcategory ? `${name} (${flatSubcategory(signal, leaf.signal.subcategory)})` : name);
  }
  const words = [subject.join(': '), matchingWords(leaf.matchingValues, catalogue)].filter(Boolean);
  const type = signal?.outputType.scalarType;
  if (leaf.comparator === 'IS_UNAVAILABLE' || leaf.comparator === 'IS_NOT_PROVIDED') words.push(comparatorNames[leaf.comparator]);
  else if (leaf.comparator && leaf.threshold !== undefined) {
    if (typeof leaf.threshold === 'boolean' || type === 'BOOLEAN') words.push(isNo(leaf) ? 'is false' : leaf.matchingValues ? '' : 'is true');
    else words.push(`${comparatorSigns[leaf.comparator] ?? leaf.comparator} ${leaf.threshold}`);
  } else if (type === 'BOOLEAN' && !leaf.matchingValues) words.push('is true');
  return words.filter(Boolean).join(' ');
}

/** Whether a comparison with a boolean asks for false. */
export function isNo(leaf: Partial<LeafCondition>): boolean {
  const wanted = String(leaf.threshold ?? true).toLowerCase() === 'true';
  return leaf.comparator === 'NOT_EQUAL_TO' ? wanted : !wanted;
}

export const isSet = <Set extends { conditions: unknown[] }>(node: object): node is Set => 'conditions' in node;

/** How many conditions, sets not counted. */
export function countLeaves(set: ConditionSet): number {
  return set.conditions.reduce((sum, child) => sum + (isSet<ConditionSet>(child) ? countLeaves(child) : 1), 0);
}
