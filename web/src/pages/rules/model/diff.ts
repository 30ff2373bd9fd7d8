// What changed between two versions of a rule, condition by condition.

import type { Conjunction, LeafCondition, MatchingValues, Rule } from '../../../api/types-rules';
import { inputId } from './fits';
import { areaText } from './places';
import { fromSet, isGroup } from './tree';
import type { GroupNode, TreeNode } from './tree';

export type Mark = 'same' | 'added' | 'removed' | 'changed';

export interface DiffNode {
  mark: Mark;
  before?: Partial<LeafCondition> | undefined;
  after?: Partial<LeafCondition> | undefined;
  /** Of groups. */
  conjunctions?: { before?: Conjunction; after?: Conjunction };
  children?: DiffNode[];
}

/** The same for conditions that mean the same; names are only shown. */
function signature(node: TreeNode): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === 'key') return undefined;
    if (key === 'signal' && typeof value === 'object' && value !== null) {
      const { type, subcategory, args } = value as { type: string; subcategory?: string; args?: unknown };
      return { type, subcategory, args };
    }
    return value;
  });
}

function whole(node: TreeNode, mark: 'same' | 'added' | 'removed'): DiffNode {
  const [hasBefore, hasAfter] = [mark !== 'added', mark !== 'removed'];
  if (!isGroup(node)) return { mark, before: hasBefore ? node.leaf : undefined, after: hasAfter ? node.leaf : undefined };
  return {
    mark, conjunctions: { ...(hasBefore && { before: node.conjunction }), ...(hasAfter && { after: node.conjunction }) }, children: node.children.map((child) => whole(child, mark)),
  };
}

/** Whether one may have become the other. */
function isAkin(before: TreeNode, after: TreeNode): boolean {
  if (isGroup(before) || isGroup(after)) return isGroup(before) && isGroup(after);
  return inputId(before.leaf.input) === inputId(after.leaf.input) || (before.leaf.signal !== undefined && before.leaf.signal.type === after.leaf.signal?.type);
}

function pair(before: TreeNode, after: TreeNode): DiffNode {
  if (isGroup(before) && isGroup(after)) return groups(before, after);
  return { mark: 'changed', before: isGroup(before) ? undefined : before.leaf, after: isGroup(after) ? undefined : after.leaf };
}

function groups(before: GroupNode, after: GroupNode): DiffNode {
  return {
    mark: before.conjunction === after.conjunction ? 'same' : 'changed', conjunctions: { before: before.conjunction, after: after.conjunction },
    children: align(before.children, after.children),
  };
}

/** The longest run of conditions that stayed holds both lists together; in the gaps, what is akin was changed, the rest came or went. */
function align(before: TreeNode[], after: TreeNode[]): DiffNode[] {
  const [a, b] = [before.map(signature), after.map(signature)];
  const length: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (row: number, column: number) => length[row]?.[column] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) length[i]![j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const made: DiffNode[] = [];
  let [gone, come]: [TreeNode[], TreeNode[]] = [[], []];
  const flush = () => {
    for (const node of gone) {
      const place = come.findIndex((one) => isAkin(node, one));
      if (place < 0) {
        made.push(whole(node, 'removed'));
        continue;
      }
      made.push(...come.slice(0, place).map((one) => whole(one, 'added')), pair(node, come[place]!));
      come = come.slice(place + 1);
    }
    made.push(...come.map((one) => whole(one, 'added')));
    [gone, come] = [[], []];
  };
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      made.push(whole(after[j]!, 'same'));
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      gone.push(before[i]!);
      i += 1;
    } else {
      come.push(after[j]!);
      j += 1;
    }
  }
  flush();
  return made;
}

export const conditionsDiff = (before: Rule, after: Rule): DiffNode => groups(fromSet(before.conditionSet), fromSet(after.conditionSet));

export const hasChanged = (node: DiffNode): boolean => node.mark !== 'same' || (node.children ?? []).some(hasChanged);

function valuesOf(leaf: Partial<LeafCondition> | undefined): string[] {
  const values: Partial<MatchingValues> = leaf?.matchingValues ?? {};
  const args = leaf?.signal?.args;
  return [
    ...(values.strings ?? []).map((text) => `“${text}”`), ...(values.locations ?? []).map(areaText), ...(args === undefined || args === null ? [] : [`arguments ${JSON.stringify(args)}`]),
  ];
}

/** Written values of a condition that came and went, each once. */
export function valueChanges(before: Partial<LeafCondition> | undefined, after: Partial<LeafCondition> | undefined): { removed: string[]; added: string[] } {
  const [was, is] = [new Set(valuesOf(before)), new Set(valuesOf(after))];
  return { removed: [...was].filter((one) => !is.has(one)), added: [...is].filter((one) => !was.has(one)) };
}
