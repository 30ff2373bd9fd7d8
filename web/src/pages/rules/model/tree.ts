// The conditions while they are edited: a tree in which groups and conditions stand side by side.
//
// Stored, a set has all leaves or all sets; a leaf beside a group is then wrapped in a set of its own, and unwrapped again when it is read. `AND` of one is that
// one, so nothing changes in what the rule means, whatever the group around it.

import type { ConditionSet, Conjunction, LeafCondition } from '../../../api/types-rules';
import { isSet } from './words';

export interface LeafNode { key: string; leaf: Partial<LeafCondition> }
export interface GroupNode { key: string; conjunction: Conjunction; children: TreeNode[] }
export type TreeNode = LeafNode | GroupNode;

export const isGroup = (node: TreeNode): node is GroupNode => 'children' in node;

let made = 0;
const newKey = () => `c${(made += 1)}`;

export const newLeaf = (leaf: Partial<LeafCondition> = {}): LeafNode => ({ key: newKey(), leaf });
export const newGroup = (conjunction: Conjunction, children: TreeNode[] = []): GroupNode => ({ key: newKey(), conjunction, children });

/** Sets in each other that the hub takes. */
export const depthMax = 64;

export function fromSet(set: ConditionSet): GroupNode {
  // One that was left unfinished looks at nothing yet.
  const leaf = (child: LeafCondition) => newLeaf(child.input?.type ? child : { ...child, input: undefined });
  return newGroup(set.conjunction, set.conditions.map((child) => {
    if (!isSet<ConditionSet>(child)) return leaf(child);
    const only = child.conditions.length === 1 ? child.conditions[0] : undefined;
    return only && !isSet<ConditionSet>(only) ? leaf(only) : fromSet(child);
  }));
}

/** What is stored, and where in it each node lies, as JSON pointers from the rule's root. */
export function toSet(root: GroupNode, written: (leaf: Partial<LeafCondition>) => LeafCondition): { set: ConditionSet; places: Map<string, string> } {
  const places = new Map<string, string>();
  const write = (group: GroupNode, pointer: string): ConditionSet => {
    places.set(pointer, group.key);
    const isMixed = group.children.some(isGroup) && !group.children.every(isGroup);
    return {
      conjunction: group.conjunction,
      conditions: group.children.map((child, place) => {
        const here = `${pointer}/conditions/${place}`;
        if (isGroup(child)) return write(child, here);
        places.set(here, child.key);
        if (!isMixed) return written(child.leaf);
        places.set(`${here}/conditions/0`, child.key);
        return { conjunction: 'AND', conditions: [written(child.leaf)] };
      }),
    };
  };
  return { set: write(root, '/conditionSet'), places };
}

/** The node that a finding's pointer lies in, and what of it. */
export function placeOf(pointer: string, places: Map<string, string>): { key: string; rest: string } | null {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    const key = places.get(pointer.slice(0, end));
    if (key) return { key, rest: pointer.slice(end) };
  }
  return null;
}

export interface Standing { parent: GroupNode; place: number; node: TreeNode; depth: number }

export function find(root: GroupNode, key: string, depth = 1): Standing | null {
  for (const [place, node] of root.children.entries()) {
    if (node.key === key) return { parent: root, place, node, depth };
    const below = isGroup(node) ? find(node, key, depth + 1) : null;
    if (below) return below;
  }
  return null;
}

export function leaves(node: TreeNode): LeafNode[] {
  return isGroup(node) ? node.children.flatMap(leaves) : [node];
}

export function change(root: GroupNode, key: string, edit: (node: TreeNode) => TreeNode): GroupNode {
  if (root.key === key) return edit(root) as GroupNode;
  return { ...root, children: root.children.map((child) => (child.key === key ? edit(child) : isGroup(child) ? change(child, key, edit) : child)) };
}

export function remove(root: GroupNode, key: string): GroupNode {
  return {
    ...root, children: root.children.filter((child) => child.key !== key).map((child) => (isGroup(child) ? remove(child, key) : child)),
  };
}

export function insert(root: GroupNode, parent: string, place: number, node: TreeNode): GroupNode {
  return change(root, parent, (group) => {
    if (!isGroup(group)) return group;
    return { ...group, children: [...group.children.slice(0, place), node, ...group.children.slice(place)] };
  });
}

/** Into another place; the tree as it is where that lies inside what is moved. `place` counts what stands there before the move. */
export function moveTo(root: GroupNode, key: string, parent: string, place: number): GroupNode {
  const from = find(root, key);
  if (!from || key === parent || (isGroup(from.node) && find(from.node, parent))) return root;
  const isBefore = from.parent.key === parent && from.place < place;
  return insert(remove(root, key), parent, place - (isBefore ? 1 : 0), from.node);
}

export type Step = 'up' | 'down' | 'in' | 'out';

/** Where a step leads; null where it leads nowhere. `in` takes the group above, else the one below. */
export function target(root: GroupNode, key: string, step: Step): { parent: GroupNode; place: number } | null {
  const at = find(root, key);
  if (!at) return null;
  const [above, below] = [at.parent.children[at.place - 1], at.parent.children[at.place + 1]];
  const around = find(root, at.parent.key);
  switch (step) {
    case 'up': return above ? { parent: at.parent, place: at.place - 1 } : around && { parent: around.parent, place: around.place };
    case 'down': return below ? { parent: at.parent, place: at.place + 2 } : around && { parent: around.parent, place: around.place + 1 };
    case 'in':
      if (above && isGroup(above)) return { parent: above, place: above.children.length };
      return below && isGroup(below) ? { parent: below, place: 0 } : null;
    case 'out': return around && { parent: around.parent, place: around.place + 1 };
  }
}

export function copy(node: TreeNode): TreeNode {
  return isGroup(node) ? newGroup(node.conjunction, node.children.map(copy)) : newLeaf(node.leaf);
}

/** Puts a group around a node, of the other kind than the one it stands in. */
export function wrap(root: GroupNode, key: string): { root: GroupNode; group: GroupNode } | null {
  const at = find(root, key);
  if (!at) return null;
  const group = newGroup(at.parent.conjunction === 'AND' ? 'OR' : 'AND', [at.node]);
  return { root: change(root, key, () => group), group };
}

/** Puts a group's children in its place. */
export function unwrap(root: GroupNode, key: string): GroupNode {
  const at = find(root, key);
  if (!at || !isGroup(at.node)) return root;
  const inside = at.node.children;
  return change(root, at.parent.key, (parent) =>
    (isGroup(parent) ? { ...parent, children: parent.children.flatMap((child) => (child.key === key ? inside : [child])) } : parent));
}
