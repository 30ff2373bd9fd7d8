import type { LeafTrace, SetTrace } from '../../../api/types-rules';
import { isSet } from './words';

/** Every condition of a trace, sets not counted. */
export const leafTraces = (node: LeafTrace | SetTrace): LeafTrace[] => (isSet<SetTrace>(node) ? node.conditions.flatMap(leafTraces) : [node]);
