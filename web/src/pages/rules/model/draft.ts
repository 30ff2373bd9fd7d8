// A rule while somebody edits it, with the way back.

import { useCallback, useRef, useState } from 'react';
import type { RuleDraft } from '../../../api/types-rules';
import { written } from './fits';
import { fromSet, newGroup, newLeaf, toSet } from './tree';
import type { GroupNode } from './tree';
import type { Catalogue } from './words';

export interface Draft {
  name: string;
  description: string;
  ruleType: RuleDraft['ruleType'];
  itemTypeIds: string[];
  root: GroupNode;
  actionIds: string[];
  policyIds: string[];
  tags: string[];
  /** As it is typed; empty: without limit. */
  maxDailyActions: string;
  /** As a field for a local date and time has it; empty: never. */
  expires: string;
}

export function newDraft(signal?: string): Draft {
  const leaf = newLeaf(signal ? { signal: { id: JSON.stringify({ type: signal }), type: signal } } : {});
  return {
    name: '', description: '', ruleType: 'CONTENT', itemTypeIds: [], root: newGroup('AND', [leaf]), actionIds: [], policyIds: [], tags: [], maxDailyActions: '', expires: '',
  };
}

export function draftOf(rule: RuleDraft): Draft {
  return {
    name: rule.name, description: rule.description ?? '', ruleType: rule.ruleType, itemTypeIds: rule.contentTypeIds ?? [], root: fromSet(rule.conditionSet),
    actionIds: rule.actionIds ?? [], policyIds: rule.policyIds ?? [], tags: rule.tags ?? [], maxDailyActions: rule.maxDailyActions?.toString() ?? '',
    expires: rule.expirationTime ? localMoment(rule.expirationTime) : '',
  };
}

function localMoment(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What is sent, and where in it each condition lies. The status is not in it: that is moved on its own. */
export function document(draft: Draft, catalogue: Catalogue): { rule: RuleDraft; places: Map<string, string> } {
  const { set, places } = toSet(draft.root, (leaf) => written(leaf, catalogue));
  const limit = Number(draft.maxDailyActions);
  return {
    rule: {
      name: draft.name.trim(), description: draft.description.trim() || undefined, ruleType: draft.ruleType, contentTypeIds: draft.itemTypeIds,
      conditionSet: set, actionIds: draft.actionIds, policyIds: draft.policyIds, tags: draft.tags,
      maxDailyActions: draft.maxDailyActions.trim() && Number.isInteger(limit) ? limit : undefined,
      expirationTime: draft.expires ? new Date(draft.expires).toISOString() : undefined,
    },
    places,
  };
}

/** Steps that can be taken back. */
const stepsMax = 100;
/** Letters typed into one field within this many milliseconds are one step. */
const typingPause = 1500;

export interface History<Value> {
  now: Value;
  /** `kind` joins edits of the same field; without one each is a step of its own. */
  edit: (change: (now: Value) => Value, kind?: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  /** Begins anew, with nothing to take back. */
  reset: (value: Value) => void;
}

/** `first` may be what somebody left unfinished; `past` is then what it began from. */
export function useHistory<Value>(first: () => { now: Value; past: Value[] }): History<Value> {
  const [state, setState] = useState<{ past: Value[]; now: Value; future: Value[] }>(() => ({ ...first(), future: [] }));
  const last = useRef({ kind: '', at: 0 });
  const edit = useCallback((change: (now: Value) => Value, kind = '') => {
    const at = Date.now();
    const isSame = kind !== '' && kind === last.current.kind && at - last.current.at < typingPause;
    last.current = { kind, at };
    setState(({ past, now }) => {
      const next = change(now);
      if (next === now) return { past, now, future: [] };
      return { past: isSame ? past : [...past.slice(1 - stepsMax), now], now: next, future: [] };
    });
  }, []);
  const undo = useCallback(() => {
    last.current = { kind: '', at: 0 };
    setState((state) => {
      const before = state.past[state.past.length - 1];
      return before === undefined ? state : { past: state.past.slice(0, -1), now: before, future: [state.now, ...state.future] };
    });
  }, []);
  const redo = useCallback(() => {
    setState((state) => {
      const [after, ...rest] = state.future;
      return after === undefined ? state : { past: [...state.past, state.now], now: after, future: rest };
    });
  }, []);
  const reset = useCallback((value: Value) => setState({ past: [], now: value, future: [] }), []);
  return { now: state.now, edit, undo, redo, canUndo: state.past.length > 0, canRedo: state.future.length > 0, reset };
}
