import { useEffect, useRef, useState } from 'react';
import type { DragEvent, KeyboardEvent, ReactNode } from 'react';
import type { Conjunction, LeafCondition } from '../../../api/types-rules';
import { Button, Icon } from '../../../ui/basics';
import { Menu } from '../../../ui/overlay';
import type { MenuEntry } from '../../../ui/overlay';
import type { InputChoice } from '../model/fits';
import { change, copy, depthMax, find, insert, isGroup, moveTo, newGroup, newLeaf, remove, target, unwrap, wrap } from '../model/tree';
import type { GroupNode, Step, TreeNode } from '../model/tree';
import { conjunctionNames, leafWords, signalOf } from '../model/words';
import type { Catalogue } from '../model/words';
import { ArgumentsDialog } from './arguments';
import type { PlacedFinding } from './check';
import { Findings } from './findings';
import { LeafEditor } from './leaf';

interface Props {
  root: GroupNode;
  onEdit: (change: (root: GroupNode) => GroupNode, kind?: string) => void;
  inputs: InputChoice[];
  itemTypeIds: string[];
  catalogue: Catalogue;
  byNode: Map<string, PlacedFinding[]>;
  isOff: boolean;
  isTold: boolean;
}

interface Drop { parent: string; place: number; near: string; side: 'before' | 'after' | 'in' }

const steps: Record<string, Step> = { ArrowUp: 'up', ArrowDown: 'down', ArrowRight: 'in', ArrowLeft: 'out' };

/** The conditions of a rule as groups in groups, moved by dragging, by the keyboard, or by each one's menu. */
export function Conditions({ root, onEdit, inputs, itemTypeIds, catalogue, byNode, isOff, isTold }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState('');
  const [drop, setDrop] = useState<Drop | null>(null);
  const [arguing, setArguing] = useState<string | null>(null);
  const dragged = useRef<string | null>(null);
  const focusNext = useRef<{ key: string; on: 'menu' | 'first' } | null>(null);
  useEffect(() => {
    const next = focusNext.current;
    focusNext.current = null;
    const node = next && box.current?.querySelector(`[data-node="${next.key}"]`);
    if (!node) return;
    const found = next.on === 'menu' ? node.querySelector<HTMLElement>('.node-menu button') : node.querySelector<HTMLElement>('select, button.leaf-signal');
    found?.focus();
  }, [root]);

  const name = (node: TreeNode): string => (isGroup(node) ? `the group ${conjunctionNames[node.conjunction][0]}` : leafWords(node.leaf, catalogue));
  const place = (key: string, after: GroupNode) => {
    const at = find(after, key);
    return at ? `${at.place + 1} of ${at.parent.children.length} in ${conjunctionNames[at.parent.conjunction][0]}` : '';
  };
  const put = (key: string, parent: string, at: number) => {
    const after = moveTo(root, key, parent, at);
    const node = find(root, key)?.node;
    if (after === root || !node) return;
    focusNext.current = { key, on: 'menu' };
    setSaid(`Moved ${name(node)} to ${place(key, after)}.`);
    onEdit(() => after);
  };
  const move = (key: string, step: Step) => {
    const to = target(root, key, step);
    if (to) put(key, to.parent.key, to.place);
    else setSaid({ up: 'It is the first already.', down: 'It is the last already.', in: 'There is no group beside it.', out: 'It is in no group.' }[step]);
  };
  const add = (parent: string, at: number, node: TreeNode) => {
    focusNext.current = { key: isGroup(node) ? node.children[0]?.key ?? node.key : node.key, on: 'first' };
    setSaid(isGroup(node) ? 'Added a group.' : 'Added a condition.');
    onEdit((before) => insert(before, parent, at, node));
  };
  const take = (key: string) => {
    const at = find(root, key);
    if (!at) return;
    const near = at.parent.children[at.place + 1] ?? at.parent.children[at.place - 1];
    if (near) focusNext.current = { key: near.key, on: 'menu' };
    else box.current?.querySelector<HTMLElement>(`[data-add="${at.parent.key}"]`)?.focus();
    setSaid(`Removed ${name(at.node)}. Undo brings it back.`);
    onEdit((before) => remove(before, key));
  };

  const entries = (key: string): MenuEntry[] => {
    const at = find(root, key);
    if (!at) return [];
    const list: MenuEntry[] = [
      { label: 'Move up', icon: 'arrow-up', isOff: !target(root, key, 'up'), onPick: () => move(key, 'up') },
      { label: 'Move down', icon: 'arrow-down', isOff: !target(root, key, 'down'), onPick: () => move(key, 'down') },
      { label: 'Move into the group beside it', icon: 'arrow-return-right', isOff: !target(root, key, 'in'), onPick: () => move(key, 'in') },
      { label: 'Move out of its group', icon: 'arrow-return-left', isOff: !target(root, key, 'out'), onPick: () => move(key, 'out') },
      { label: 'Put a group around it', icon: 'diagram-3', isOff: at.depth >= depthMax - 1, onPick: () => {
        const made = wrap(root, key);
        if (!made) return;
        focusNext.current = { key, on: 'menu' };
        setSaid(`Put ${name(at.node)} into a group of its own.`);
        onEdit(() => made.root);
      } },
    ];
    const asked = isGroup(at.node) ? undefined : signalOf(at.node.leaf.signal?.type, catalogue);
    if (asked && !asked.isBuiltIn) list.push({ label: 'Arguments for the signal…', icon: 'braces', onPick: () => setArguing(key) });
    if (isGroup(at.node)) list.push({ label: 'Take the group away, keep what is in it', icon: 'dash-lg', onPick: () => { setSaid('Took the group away.'); onEdit((before) => unwrap(before, key)); } });
    list.push(
      { label: 'Make another like it', icon: 'files', onPick: () => add(at.parent.key, at.place + 1, copy(at.node)) },
      { label: 'Remove', icon: 'trash', onPick: () => take(key) });
    return list;
  };

  const keys = (event: KeyboardEvent, key: string) => {
    const step = event.altKey && !event.ctrlKey && !event.metaKey ? steps[event.key] : undefined;
    // In a field the same keys belong to the field.
    if (isOff || !step || (event.target as HTMLElement).matches('select, input, textarea')) return;
    event.preventDefault();
    event.stopPropagation();
    move(key, step);
  };
  const over = (event: DragEvent, node: TreeNode, parent: GroupNode, at: number) => {
    const own = dragged.current;
    if (!own) return;
    event.preventDefault();
    event.stopPropagation();
    const from = find(root, own);
    if (own === node.key || (from && isGroup(from.node) && find(from.node, node.key))) return setDrop(null);
    const box = event.currentTarget.getBoundingClientRect();
    const part = (event.clientY - box.top) / Math.max(1, box.height);
    const next: Drop = isGroup(node) && event.clientY - box.top > 14 && box.bottom - event.clientY > 8
      ? { parent: node.key, place: node.children.length, near: node.key, side: 'in' }
      : part < 0.5 ? { parent: parent.key, place: at, near: node.key, side: 'before' } : { parent: parent.key, place: at + 1, near: node.key, side: 'after' };
    setDrop((before) => (before && before.near === next.near && before.side === next.side ? before : next));
  };
  const end = () => { dragged.current = null; setDrop(null); };
  const fall = (event: DragEvent) => {
    if (!dragged.current) return;
    event.preventDefault();
    event.stopPropagation();
    if (drop) put(dragged.current, drop.parent, drop.place);
    end();
  };

  const grip = (node: TreeNode): ReactNode => !isOff && (
    <span className="grip" draggable title="Drag to move" aria-hidden="true"
      onDragStart={(event) => {
        dragged.current = node.key;
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', name(node));
        const row = event.currentTarget.closest('.leaf, .group');
        if (row) event.dataTransfer.setDragImage(row, 12, 12);
      }} onDragEnd={end}><Icon name="grip-vertical" /></span>
  );
  const menu = (node: TreeNode): ReactNode => !isOff && (
    <span className="node-menu"><Menu look="plain" isSmall icon="three-dots" label={`Move or remove ${name(node)}`} entries={entries(node.key)} /></span>
  );

  const argumentsOf = (key: string): ReactNode => {
    const node = find(root, key)?.node;
    if (!node || isGroup(node) || !node.leaf.signal) return null;
    const signal = node.leaf.signal;
    const close = () => setArguing(null);
    return (
      <ArgumentsDialog signal={signalOf(signal.type, catalogue)?.name ?? signal.type} args={signal.args} onClose={close} onDone={(args) => {
        close();
        setSaid(args === undefined ? 'The condition has no arguments.' : 'The condition has arguments.');
        onEdit((before) => change(before, key, (one) => (isGroup(one) || !one.leaf.signal ? one : { ...one, leaf: { ...one.leaf, signal: { ...one.leaf.signal, args } } })));
      }} />
    );
  };

  const drawGroup = (group: GroupNode, depth: number): ReactNode => (
    <>
      <div className="row wrap group-head">
        {depth > 1 && grip(group)}
        <select className="input" style={{ width: 'auto', fontWeight: 600 }} aria-label="How the conditions go together" disabled={isOff} value={group.conjunction}
          onChange={(event) => onEdit((before) => change(before, group.key, (one) => ({ ...one, conjunction: event.target.value as Conjunction })))}>
          {(Object.keys(conjunctionNames) as Conjunction[]).map((one) => <option key={one} value={one}>{conjunctionNames[one][0]}</option>)}
        </select>
        <span className="quiet small grow">{conjunctionNames[group.conjunction][1]}</span>
        {depth > 1 && menu(group)}
      </div>
      <Findings list={(byNode.get(group.key) ?? []).filter(() => group.children.length > 0).map((one) => one.finding)} />
      {group.children.length === 0 && <p className={`small ${isTold ? 'wrong' : 'quiet'}`} data-missing={isTold ? 'group' : undefined}>{depth > 1 ? 'This group is empty: add a condition, or remove it.' : 'Add a condition: what should be looked at?'}</p>}
      <ul className="conditions">{group.children.map((child, at) => drawNode(child, group, at, depth))}</ul>
      {!isOff && (
        <div className="row wrap">
          <Button isSmall look="plain" icon="plus-lg" data-add={group.key} onClick={() => add(group.key, group.children.length, newLeaf())}>Condition<span className="visually-hidden"> in {conjunctionNames[group.conjunction][0]}</span></Button>
          {depth < depthMax - 1 && (
            <Button isSmall look="plain" icon="plus-lg" onClick={() => add(group.key, group.children.length, newGroup(group.conjunction === 'AND' ? 'OR' : 'AND', [newLeaf()]))}>
              Group<span className="visually-hidden"> in {conjunctionNames[group.conjunction][0]}</span></Button>
          )}
        </div>
      )}
    </>
  );
  const drawNode = (node: TreeNode, parent: GroupNode, at: number, depth: number): ReactNode => {
    const isNear = drop?.near === node.key;
    const classes = [isGroup(node) ? 'group' : '', isNear ? `drop-${drop.side}` : ''].filter(Boolean).join(' ');
    return (
      <li key={node.key} data-node={node.key} className={classes} onKeyDown={(event) => keys(event, node.key)} onDragOver={(event) => over(event, node, parent, at)} onDrop={fall}>
        {isGroup(node) ? <div role="group" aria-label={`Group: ${conjunctionNames[node.conjunction][0]}`} className="stack">{drawGroup(node, depth + 1)}</div> : (
          <div role="group" aria-label={`Condition: ${leafWords(node.leaf, catalogue)}`}>
            <LeafEditor leaf={node.leaf} inputs={inputs} itemTypeIds={itemTypeIds} catalogue={catalogue} isOff={isOff} isTold={isTold} before={grip(node)} after={menu(node)}
              findings={(byNode.get(node.key) ?? []).map((one) => one.finding)}
              onChange={(edit, kind) => onEdit((before) => change(before, node.key, (one) => (isGroup(one) ? one : { ...one, leaf: edit(one.leaf) as Partial<LeafCondition> })), kind && `${kind} ${node.key}`)} />
          </div>
        )}
      </li>
    );
  };

  return (
    <div ref={box} className="stack root-group" onDragOver={(event) => {
      if (!dragged.current) return;
      event.preventDefault();
      setDrop({ parent: root.key, place: root.children.length, near: root.key, side: 'in' });
    }} onDrop={fall}>
      {drawGroup(root, 1)}
      {arguing !== null && argumentsOf(arguing)}
      <span role="status" className="visually-hidden">{said}</span>
    </div>
  );
}
