// What people look at, as the API says it.

import type { Finding } from './types';
import type { ConditionSet, Decision, Outcome, SetTrace, StoredItem } from './types-rules';

export interface ReviewQueue { id: string; name: string; description?: string; isDefault: boolean; open: number; revision: number; changedAt: string }

/** What a routing rule said of an item. */
export interface RoutingStep { id: string; name: string; revision: number; queueId: string; outcome: Outcome; trace?: SetTrace }

/** Where a test says an item would go; nothing of it is stored. */
export interface RoutingAnswer {
  item: { id?: string; typeId?: string };
  /** Absent: there is none. */
  queueId?: string;
  ruleId?: string;
  rules: RoutingStep[];
  problem?: { code: string; message: string };
  /** Why it could not be read. */
  findings?: Finding[];
}

export interface Review {
  id: string;
  queueId: string;
  state: 'open' | 'closed';
  itemId: string;
  itemTypeId: string;
  /** How many decisions asked for it. */
  decisions: number;
  openedAt: string;
  changedAt: string;
  rules: { id: string; name: string }[];
  policies: string[];
  claim?: { by: string; until: string; isYours: boolean };
  closing?: { outcome: 'ignored' | 'acted'; actions: string[]; policies: string[]; note?: string; by: string; at: string };
}

export interface ReviewReason {
  action: string;
  at: string;
  rules: { id: string; name: string }[];
  policies: string[];
  decision?: Decision;
  routing?: { rules: RoutingStep[]; ruleId?: string; queueId?: string; problem?: { code: string; message: string } };
}

export interface ReviewDetail extends Review { item?: StoredItem; reasons: ReviewReason[]; /** Decisions between the first and the newest that are not held any more. */ letGo?: number }

export interface RoutingDraft { name: string; description?: string; contentTypeIds: string[]; conditionSet: ConditionSet; queueId: string; status: 'DRAFT' | 'LIVE' }

export interface RoutingRule extends RoutingDraft {
  id: string;
  place: number;
  revision: number;
  missingSignals: string[];
  findings: Finding[];
  changedAt: string;
  changedBy: string;
}
