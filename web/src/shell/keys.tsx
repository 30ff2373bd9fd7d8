import { Dialog } from '../ui/overlay';

const keys: [string, string][] = [
  ['Ctrl K', 'Find a plugin, a page, a setting'], ['?', 'This list'], ['/', 'Search in the list on this page'], ['Esc', 'Close what is open'],
  ['Enter', 'Do what the dialog asks'], ['↑ ↓', 'Walk a menu or the results'], ['Tab', 'Next field, button or link'],
  ['Alt ↑ ↓ → ←', 'Move a condition of a rule, from its ⋯: up, down, into a group, out of it'], ['Ctrl Z', 'Take back a change of a rule'],
];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="facts">
        {keys.map(([key, does]) => [<dt key={key}><kbd>{key}</kbd></dt>, <dd key={`${key} does`}>{does}</dd>])}
      </dl>
    </Dialog>
  );
}
