import { useEffect } from 'react';
import type { RuleDraft } from '../../../api/types-rules';
import { useSession } from '../../../shell/session';
import { Button } from '../../../ui/basics';
import type { Draft, History } from '../model/draft';
import { inputChoices } from '../model/fits';
import type { Catalogue } from '../model/words';
import { BasicsCard } from './basics-card';
import type { useFindings } from './check';
import { Conditions } from './conditions';
import { Findings } from './findings';
import { TestPanel } from './test-panel';
import { ThenCard } from './then-card';

const isTyping = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, [contenteditable]');

/** The rule's parts to edit, and beside them what they come to. */
export function BuildPart({ history, catalogue, rule, found, lack, isOff, isTold }: {
  history: History<Draft>; catalogue: Catalogue; rule: RuleDraft; found: ReturnType<typeof useFindings>; lack: string | null; isOff: boolean; isTold: boolean;
}) {
  const { may } = useSession();
  const draft = history.now;
  const { undo, redo } = history;
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      // In a field the browser takes back letters.
      if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event.target) || window.document.querySelector('dialog[open]')) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      if (key === 'y' || event.shiftKey) redo();
      else undo();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, [undo, redo]);
  const isOnUsers = draft.ruleType === 'USER';
  const types = isOnUsers ? catalogue.types.filter((type) => type.kind === 'USER') : draft.itemTypeIds.length > 0 ? catalogue.types.filter((type) => draft.itemTypeIds.includes(type.id)) : catalogue.types;
  const others = found.others.filter((finding) => !(finding.pointer ?? '').endsWith('/name') || draft.name.trim() !== '');
  return (
    <div className="builder">
      <div className="stack loose">
        <BasicsCard draft={draft} edit={history.edit} types={catalogue.types} isOff={isOff} isTold={isTold} />
        <section className="card stack" aria-labelledby="rule-conditions">
          <div className="row wrap">
            <h2 id="rule-conditions" className="grow">When</h2>
            {!isOff && (
              <>
                <Button isSmall look="plain" icon="arrow-counterclockwise" disabled={!history.canUndo} aria-keyshortcuts="Control+Z" onClick={undo}>Undo</Button>
                <Button isSmall look="plain" icon="arrow-clockwise" disabled={!history.canRedo} aria-keyshortcuts="Control+Y" onClick={redo}>Redo</Button>
              </>
            )}
          </div>
          <Conditions root={draft.root} onEdit={(change, kind) => history.edit((one) => ({ ...one, root: change(one.root) }), kind)} inputs={inputChoices(types, catalogue, isOnUsers)} itemTypeIds={draft.itemTypeIds}
            catalogue={catalogue} byNode={found.byNode} isOff={isOff} isTold={isTold} />
          {!isOff && <p className="quiet small only-wide">Drag by the dots, or on a condition’s <span aria-hidden="true">⋯</span> press <kbd>Alt</kbd> with an arrow: <kbd>↑</kbd> <kbd>↓</kbd> move it, <kbd>→</kbd> into a group, <kbd>←</kbd> out of it.</p>}
          <Findings list={others} />
        </section>
        <ThenCard draft={draft} edit={history.edit} catalogue={catalogue} isOff={isOff} />
      </div>
      {may('rule:write') && <TestPanel rule={rule} lack={lack} catalogue={catalogue} />}
    </div>
  );
}
