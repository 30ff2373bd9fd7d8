import { useMemo } from 'react';
import { useEvents } from '../../../api/events';
import { useWholeList } from '../../../api/resource';
import type { Bank, ItemType, Policy, RuleAction, Signal } from '../../../api/types-rules';
import type { Problem } from '../../../api/types';
import type { Catalogue } from './words';

/** Everything that rules name by an id, for choosing it and for saying it in words. */
export function useCatalogue(): Catalogue & { problem: Problem | null; reload: () => void } {
  const types = useWholeList<ItemType>('/item-types');
  const signals = useWholeList<Signal>('/signals');
  const banks = useWholeList<Bank>('/banks');
  const policies = useWholeList<Policy>('/policies');
  const actions = useWholeList<RuleAction>('/rule-actions');
  const lists = [types, signals, banks, policies, actions];
  const isWhole = lists.every((list) => list.value !== undefined);
  // A setting that was just given makes a signal usable.
  useEvents('plugins', () => signals.reload());
  useEvents('rules', (data) => {
    // What rules name has changed, not a rule.
    if ((data as { kind?: string }).kind) for (const list of [types, banks, policies]) list.reload();
  });
  return useMemo(() => ({
    types: types.value ?? [], signals: signals.value ?? [], banks: banks.value ?? [], policies: policies.value ?? [], actions: actions.value ?? [], isWhole,
    problem: lists.find((list) => list.problem)?.problem ?? null, reload: () => { for (const list of lists) list.reload(); },
  }), [types.value, signals.value, banks.value, policies.value, actions.value, isWhole, ...lists.map((list) => list.problem)]);
}
