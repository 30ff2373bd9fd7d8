// What the hub's API answers about rules, signals, items and decisions; docs/api.md says what each member means.

import type { Finding, ModelCard, Problem } from './types';

/** What a value can be, in Coop's words. */
export type Scalar = 'USER_ID' | 'ID' | 'STRING' | 'BOOLEAN' | 'NUMBER' | 'AUDIO' | 'IMAGE' | 'VIDEO' | 'DATETIME' | 'GEOHASH' | 'RELATED_ITEM' | 'URL'
  | 'POLICY_ID' | 'IP_ADDRESS' | 'EMAIL_ADDRESS' | 'MEDIA';

export interface Subcategory { id: string; label: string; description?: string; children: Subcategory[] }

export interface OutputType { scalarType: Scalar; enum?: (string | number)[]; ordered?: boolean }

export interface Signal {
  type: string;
  name: string;
  description: string;
  docsUrl?: string;
  plugin: string | null;
  integration: { id: string; title: string; logo: string | null; logoWithBackground: string | null } | null;
  eligibleInputs: (Scalar | 'FULL_ITEM')[];
  outputType: OutputType;
  /** Null: none that could be used; asked last. */
  cost: number | null;
  pricing: 'FREE' | 'SUBSCRIPTION' | null;
  languages: 'ALL' | string[];
  thresholds: { highPrecision: number | string; highRecall: number | string } | null;
  subcategories: Subcategory[];
  needsMatchingValues: boolean;
  needsActionPenalties: boolean;
  allowedInAutomatedRules: boolean;
  comparators: Comparator[];
  disabled: { message: string } | null;
  isBuiltIn: boolean;
  /** Made by its integration for this organisation. */
  isOfCatalog?: boolean;
  health: { calls: number; errors: number; p95Ms: number | null } | null;
  measuredCostMs?: number;
  /** Of a single signal only. */
  modelCard?: ModelCard;
}

export type Comparator = 'EQUALS' | 'NOT_EQUAL_TO' | 'LESS_THAN' | 'LESS_THAN_OR_EQUALS' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUALS' | 'IS_UNAVAILABLE'
  | 'IS_NOT_PROVIDED';

export interface ItemField {
  name: string;
  type: Scalar | 'ARRAY' | 'MAP';
  required?: boolean;
  container?: { containerType: 'ARRAY' | 'MAP'; valueScalarType: Scalar; keyScalarType?: Scalar } | null;
}

export interface ItemType {
  id: string;
  name: string;
  kind: 'CONTENT' | 'THREAD' | 'USER';
  schema: ItemField[];
  schemaFieldRoles?: Record<string, string>;
  description?: string;
  revision: number;
}

export type BankKind = 'text' | 'location' | 'image';
export interface Bank { kind: BankKind; id: string; name: string; count: number; revision: number; values?: unknown[] }
export interface Policy { id: string; name: string; description?: string; strikes?: number; revision: number }
export interface RuleAction { id: string; name: string; kind: 'webhook' | 'journal' | 'review'; url?: string; hasSecret: boolean; revision: number; custom?: Record<string, unknown> }

export type ConditionInput =
  | { type: 'USER_ID' }
  | { type: 'FULL_ITEM'; contentTypeIds?: string[] }
  | { type: 'CONTENT_FIELD'; name: string; contentTypeId: string }
  | { type: 'CONTENT_COOP_INPUT'; name: string }
  | { type: 'CONTENT_DERIVED_FIELD'; spec: unknown };

export interface MatchingValues {
  strings?: string[];
  textBankIds?: string[];
  locations?: unknown[];
  locationBankIds?: string[];
  imageBankIds?: string[];
}

export interface LeafCondition {
  input: ConditionInput;
  signal?: { id?: string; type: string; name?: string; subcategory?: string; args?: unknown };
  matchingValues?: MatchingValues;
  comparator?: Comparator;
  threshold?: string | number | boolean;
}

export type Conjunction = 'AND' | 'OR' | 'XOR';
export interface ConditionSet { conjunction: Conjunction; conditions: (LeafCondition | ConditionSet)[] }

export type RuleStatus = 'DRAFT' | 'BACKGROUND' | 'LIVE' | 'ARCHIVED' | 'DEPRECATED';
export type RuleState = RuleStatus | 'EXPIRED';

/** What somebody writes of a rule; the hub adds the rest. */
export interface RuleDraft {
  name: string;
  description?: string;
  ruleType: 'CONTENT' | 'USER';
  expirationTime?: string;
  contentTypeIds: string[];
  conditionSet: ConditionSet;
  actionIds: string[];
  policyIds: string[];
  tags: string[];
  maxDailyActions?: number;
}

export interface Rule extends RuleDraft {
  id: string;
  status: RuleStatus;
  version: number;
  /** What `If-Match` sends back; it also grows with a change of the status. */
  revision: number;
  state: RuleState;
  missingSignals: string[];
  findings: Finding[];
  createdAt: string;
  changedAt: string;
  changedBy: string;
  today: Tally;
  /** Of live ones: today is far from the days before. Shares, 0 to 1. */
  alarm?: { direction: 'more' | 'less'; message: string; today: number; before: number };
}

/** What a rule came to: items it looked at, those that passed, those it could not tell, and actions. */
export interface Tally { looked: number; passed: number; errored: number; actions: number }
export interface RuleDay extends Tally { day: string }

export interface RuleVersion { version: number; at: string; by: string; note?: string; status: RuleStatus }

export type Outcome = 'PASSED' | 'FAILED' | 'ERRORED' | 'INAPPLICABLE';

export interface TraceFailure { code: string; message: string }
export interface TraceValue {
  type: Scalar | 'FULL_ITEM';
  value?: unknown;
  outcome: Outcome;
  score?: string | number | boolean;
  matchedValue?: string;
  error?: TraceFailure;
}

/** A condition with what became of it; without a `result` it was not needed. */
export interface LeafTrace extends LeafCondition {
  cost: number | null;
  result?: { outcome: Outcome; score?: string; matchedValue?: string; error?: TraceFailure; values?: TraceValue[]; milliseconds?: number };
}
export interface SetTrace { conjunction: Conjunction; conditions: (LeafTrace | SetTrace)[]; cost: number | null; result?: { outcome: Outcome }; /** Conditions were left out. */ truncated?: boolean }

export interface Item {
  id: string;
  typeId: string;
  data: Record<string, unknown>;
  creator?: { id: string; typeId: string };
  source?: string;
  policyIds?: string[];
  createdAt?: string;
}

export interface StoredItem {
  sequence: number;
  id: string;
  typeId: string;
  receivedAt: string;
  state: 'waiting' | 'decided' | 'failed';
  data: Record<string, unknown>;
  problem?: { code: string; message: string };
  creator?: { id: string; typeId: string };
  decision?: Decision | null;
}

export interface ItemQueue { waiting: number; oldestSeconds: number | null; decidedPerMinute: number; keptBytes: number; keptBytesMax: number }

/** What a test says of an item; nothing of it is stored. */
export interface TestDecision {
  item: { id?: string; typeId?: string };
  outcome: Outcome;
  trace?: SetTrace;
  milliseconds: number;
  signalRuns: number;
  findings?: Finding[];
}

export interface DecisionRule { id: string; name: string; version: number; status: RuleStatus; outcome: Outcome; trace?: SetTrace }

export interface Decision {
  id: string;
  sequence: number;
  itemId: string;
  itemTypeId: string;
  at: string;
  milliseconds: number;
  /** Ids of the rules that passed. */
  passed: string[];
  actions: { id: string; state: 'done' | 'waiting' | 'failed' | 'capped'; attempts: number; nextAt?: string; problem?: { code: string; message: string }; reviewId?: string; act?: string }[];
  rules: DecisionRule[];
  conditions: number;
  signalRuns: number;
}

export interface BacktestSample { itemId: string; was: boolean; is: boolean; outcome: Outcome; decision?: TestDecision; sequence: number }

export interface Backtest {
  id: string;
  ruleId?: string;
  ruleName?: string;
  /** Without one, nothing passes now, so whatever would pass is new. */
  hasLiveVersion?: boolean;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  done: number;
  total: number;
  ratePerSecond: number;
  startedAt: string;
  endedAt?: string;
  result?: {
    items: number;
    passed: number;
    errored: number;
    live: { passed: number };
    wouldStart: number;
    wouldStop: number;
    /** Of one backtest alone: lists and events come without. */
    samples?: BacktestSample[];
    signalRuns: number;
  };
  problem?: Problem;
}
