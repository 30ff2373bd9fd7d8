import { useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Integration } from '../../api/types';
import type { IntegrationContext } from '../../api/types-users';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { SelectField, TextField } from '../../ui/fields';
import { Dialog, useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** What signals of an integration see around an item in this organisation: said in a line, changed in a dialog. */
export function ContextPart({ integration }: { integration: Integration }) {
  const { may } = useSession();
  const [isOpen, setOpen] = useState(false);
  const context = useResource<IntegrationContext>(`/integrations/${encodeURIComponent(integration.id)}/context`);
  const now = context.value;
  if (!now) return context.problem ? <ProblemNote problem={context.problem} /> : null;
  const { effective, options } = now;
  const seen = [
    options.thread && effective.thread === 'include' ? `the ${effective.maxMessages} messages before it in its thread` : null,
    options.parent && effective.parent === 'include' ? 'what it answers to' : null,
  ].filter(Boolean).join(' and ');
  return (
    <div className="row wrap">
      <span className="grow small"><strong>Beside an item it may see </strong>{seen || <span className="quiet">nothing more</span>}</span>
      {may('organisation:manage') && <Button isSmall icon="eye" onClick={() => setOpen(true)}>Change<span className="visually-hidden"> what {integration.title} may see</span></Button>}
      {isOpen && <Edit integration={integration} context={now} onClose={() => setOpen(false)} onSaved={(next) => { context.replace(next); setOpen(false); }} />}
    </div>
  );
}

const words = { include: 'shown', off: 'not shown' } as const;
type Choice = '' | 'include' | 'off';

function Edit({ integration, context, onClose, onSaved }: { integration: Integration; context: IntegrationContext; onClose: () => void; onSaved: (next: IntegrationContext) => void }) {
  const { options, settings } = context;
  const [thread, setThread] = useState<Choice>(settings.thread ?? '');
  const [parent, setParent] = useState<Choice>(settings.parent ?? '');
  const [count, setCount] = useState(settings.maxMessages?.toString() ?? '');
  const tell = useToast();
  const most = options.thread?.maxMessagesLimit ?? 0;
  const isWrong = count.trim() !== '' && !(/^\d+$/.test(count.trim()) && Number(count) >= 1 && Number(count) <= most);
  const save = useWork(async () => {
    const next = await api.put<IntegrationContext>(`/integrations/${encodeURIComponent(integration.id)}/context`, {
      settings: { ...(thread && { thread }), ...(parent && { parent }), ...(count.trim() && { maxMessages: Number(count) }) },
    }, { 'if-match': `"${context.revision}"` });
    tell(`${integration.title} sees that from the next item on.`);
    onSaved(next);
  });
  const choice = (label: string, value: Choice, otherwise: 'include' | 'off', set: (value: Choice) => void) => (
    <SelectField label={label} value={value} onChange={(event) => set(event.target.value as Choice)}>
      <option value="">as the integration suggests: {words[otherwise]}</option><option value="include">shown</option><option value="off">not shown</option>
    </SelectField>
  );
  return (
    <Dialog title={`What ${integration.title} may see`} onClose={onClose} onSubmit={() => { if (!isWrong) void save.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={isWrong} isBusy={save.isBusy}>Save</Button></>}>
      <p className="quiet">Signals judge a value better when they see where it stands. What they are shown comes from the items that this organisation handed in before.</p>
      {options.thread && choice('Messages before it in its thread', thread, options.thread.default, setThread)}
      {options.thread && <TextField label="How many messages" inputMode="numeric" value={count} placeholder={String(options.thread.defaultMaxMessages)} help={`Empty: ${options.thread.defaultMaxMessages}. At most ${most}.`}
        wrong={isWrong ? `Write a whole number from 1 to ${most}.` : undefined} onChange={(event) => setCount(event.target.value)} />}
      {options.parent && choice('What it answers to', parent, options.parent.default, setParent)}
      {save.problem && <ProblemNote problem={save.problem} />}
    </Dialog>
  );
}
