import type { Problem } from '../../api/types';

/** Whether the hub refused only because something would then not be found, which one may want all the same. */
export const canForce = (problem: Problem | null): boolean => problem?.code === 'rule.incomplete' || problem?.code === 'rule.in-use';
