import { useState } from 'react';
import { api } from '../../api/client';
import { useWholeList, useWork } from '../../api/resource';
import type { RuleAction } from '../../api/types-rules';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { SelectField, TextField } from '../../ui/fields';
import { JSONField, readJSON, shownJSON } from '../../ui/json-field';
import { Dialog } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { idFrom, revisionOf } from '../rules/model/ids';
import { RemoveNamed } from '../rules/remove-named';

/** What rules do when they pass. */
export function RuleActionsPage() {
  const { may } = useSession();
  const list = useWholeList<RuleAction>('/rule-actions');
  const [isNew, setNew] = useQuery('new');
  const [open, setOpen] = useState<RuleAction | null>(null);
  const [removing, setRemoving] = useState<RuleAction | null>(null);
  return (
    <>
      <RulesHead here="rule-actions" title="Actions" about="What happens when a live rule passes. One that several rules name is done once an item.">
        {may('rule:write') && <Button look="primary" icon="plus-lg" onClick={() => setNew('1')}>New action</Button>}
      </RulesHead>
      <Loaded from={list}>
        {(items) => items.length === 0 ? (
          <Empty icon="lightning-charge" title="No actions yet" action={may('rule:write') ? <Button look="primary" onClick={() => setNew('1')}>Make the first one</Button> : undefined}>
            A webhook tells one of your own services about the item; an event in the journal tells whoever listens there; a review has somebody look at it.
          </Empty>
        ) : (
          <ul className="card flush list" aria-label="Actions">
            {items.map((action) => (
              <li key={action.id} className="row wrap">
                <span className="grow"><strong>{action.name}</strong> <Badge>{kindNames[action.kind]}</Badge> {action.kind === 'webhook' && <Badge look={action.hasSecret ? 'good' : 'warn'}>{action.hasSecret ? 'signed' : 'not signed'}</Badge>}
                  {action.url && <div className="quiet small" style={{ overflowWrap: 'anywhere' }}>{action.url}</div>}</span>
                {may('rule:write') && <><Button isSmall icon="pencil" onClick={() => setOpen(action)}>Edit<span className="visually-hidden"> {action.name}</span></Button>
                  <Button isSmall icon="trash" onClick={() => setRemoving(action)}>Remove<span className="visually-hidden"> {action.name}</span></Button></>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {(isNew || open) && <Edit key={open?.id ?? 'new'} action={open} taken={(list.value ?? []).map((one) => one.id)} onClose={() => { setOpen(null); setNew(''); list.reload(); }} />}
      {removing && <RemoveNamed kind="action" name={removing.name} path={`/rule-actions/${encodeURIComponent(removing.id)}`} uses={(rule) => (rule.actionIds ?? []).includes(removing.id)} onClose={() => { setRemoving(null); list.reload(); }} />}
    </>
  );
}

const kindNames: Record<RuleAction['kind'], string> = { webhook: 'webhook', journal: 'journal event', review: 'review' };

function Edit({ action, taken, onClose }: { action: RuleAction | null; taken: string[]; onClose: () => void }) {
  const [name, setName] = useState(action?.name ?? '');
  const [kind, setKind] = useState<RuleAction['kind']>(action?.kind ?? 'webhook');
  const [url, setUrl] = useState(action?.url ?? '');
  const [secret, setSecret] = useState('');
  const isWrong = kind === 'webhook' && url !== '' && !/^https?:\/\/[^/\s]+/.test(url.trim());
  const [customText, setCustomText] = useState(Object.keys(action?.custom ?? {}).length > 0 ? shownJSON(action?.custom) : '');
  const custom = readJSON(customText, 'object');
  const isReady = name.trim() !== '' && !('wrong' in custom) && (kind !== 'webhook' || (url.trim() !== '' && !isWrong));
  const save = useWork(async () => {
    if ('wrong' in custom) return;
    const body = { name: name.trim(), kind, custom: custom.value ?? {}, ...(kind === 'webhook' && { url: url.trim(), ...(secret && { secret }) }) };
    await api.put(`/rule-actions/${encodeURIComponent(action?.id ?? idFrom(name, taken))}`, body, revisionOf(action));
    onClose();
  });
  return (
    <Dialog title={action ? `Action ${action.name}` : 'New action'} onClose={onClose} onSubmit={() => { if (isReady) void save.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!isReady} isBusy={save.isBusy}>Save</Button></>}>
      <TextField label="Name" required value={name} placeholder="Hide the item" onChange={(event) => setName(event.target.value)} />
      <SelectField label="Kind" value={kind} onChange={(event) => setKind(event.target.value as RuleAction['kind'])}>
        <option value="webhook">Webhook: a request to an address</option><option value="journal">Event in the journal</option><option value="review">Review: somebody looks at it</option>
      </SelectField>
      {kind === 'webhook' && (
        <>
          <TextField label="Address" required type="url" value={url} placeholder="https://example.org/hooks/hide" wrong={isWrong ? 'Write an address that begins with https://.' : undefined} onChange={(event) => setUrl(event.target.value)} />
          <TextField label="Secret" type="password" autoComplete="new-password" value={secret} help={action?.hasSecret ? 'One is set and is never shown. Empty: it stays.' : 'Requests are signed with it, so that the receiver knows they come from here.'} onChange={(event) => setSecret(event.target.value)} />
        </>
      )}
      <JSONField label="Also tell" kind="object" help="An object that goes along as custom, such as {&quot;team&quot;: &quot;blue&quot;}. Empty: nothing." value={customText} onChange={setCustomText} />
      {kind === 'journal' && <p className="quiet">Writes <code>moderation.RulePassed</code> with the item, the rules and their policies.</p>}
      {kind === 'review' && <p className="quiet">The item waits in a review queue. Routing rules say in which.</p>}
      {save.problem && <ProblemNote problem={save.problem} />}
    </Dialog>
  );
}
