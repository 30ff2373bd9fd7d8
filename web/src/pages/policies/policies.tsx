import { useState } from 'react';
import { api } from '../../api/client';
import { useWholeList, useWork } from '../../api/resource';
import type { Policy } from '../../api/types-rules';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { TextField } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Dialog } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { RemoveNamed } from '../rules/remove-named';
import { idFrom, revisionOf } from '../rules/model/ids';

/** What an organisation does not want, in its own words; rules name it, and actions are told. */
export function PoliciesPage() {
  const { may } = useSession();
  const list = useWholeList<Policy>('/policies');
  const [isNew, setNew] = useQuery('new');
  const [open, setOpen] = useState<Policy | null>(null);
  const [removing, setRemoving] = useState<Policy | null>(null);
  return (
    <>
      <RulesHead here="policies" title="Policies" about="What a rule is for. Actions are told which policies a rule names.">
        {may('rule:write') && <Button look="primary" icon="plus-lg" onClick={() => setNew('1')}>New policy</Button>}
      </RulesHead>
      <Loaded from={list}>
        {(items) => items.length === 0 ? (
          <Empty icon="card-text" title="No policies yet" action={may('rule:write') ? <Button look="primary" onClick={() => setNew('1')}>Write the first one</Button> : undefined}>A policy is a name and a sentence, such as “Spam: unwanted advertising”.</Empty>
        ) : (
          <ul className="card flush list" aria-label="Policies">
            {items.map((policy) => (
              <li key={policy.id} className="row wrap">
                <span className="grow"><strong>{policy.name}</strong> <code className="quiet">{policy.id}</code>{(policy.strikes ?? 0) > 0 && <> <Badge look="warn">{plural(policy.strikes ?? 0, 'strike')}</Badge></>}{policy.description && <div className="quiet small">{policy.description}</div>}</span>
                {may('rule:write') && <><Button isSmall icon="pencil" onClick={() => setOpen(policy)}>Edit<span className="visually-hidden"> {policy.name}</span></Button>
                  <Button isSmall icon="trash" onClick={() => setRemoving(policy)}>Remove<span className="visually-hidden"> {policy.name}</span></Button></>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {(isNew || open) && <Edit key={open?.id ?? 'new'} policy={open} taken={(list.value ?? []).map((one) => one.id)} onClose={() => { setOpen(null); setNew(''); list.reload(); }} />}
      {removing && <RemoveNamed kind="policy" name={removing.name} path={`/policies/${encodeURIComponent(removing.id)}`} uses={(rule) => (rule.policyIds ?? []).includes(removing.id)} onClose={() => { setRemoving(null); list.reload(); }} />}
    </>
  );
}

function Edit({ policy, taken, onClose }: { policy: Policy | null; taken: string[]; onClose: () => void }) {
  const [name, setName] = useState(policy?.name ?? '');
  const [description, setDescription] = useState(policy?.description ?? '');
  const [strikes, setStrikes] = useState(policy?.strikes ? String(policy.strikes) : '');
  const isWrong = strikes.trim() !== '' && !(/^\d+$/.test(strikes.trim()) && Number(strikes) <= 1000);
  const save = useWork(async () => {
    await api.put(`/policies/${encodeURIComponent(policy?.id ?? idFrom(name, taken))}`, { name: name.trim(), description: description.trim() || undefined, strikes: Number(strikes.trim() || 0) }, revisionOf(policy));
    onClose();
  });
  return (
    <Dialog title={policy ? `Policy ${policy.name}` : 'New policy'} onClose={onClose} onSubmit={() => { if (name.trim() && !isWrong) void save.run(); }}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" disabled={!name.trim() || isWrong} isBusy={save.isBusy}>Save</Button></>}>
      <TextField label="Name" required value={name} placeholder="Spam" onChange={(event) => setName(event.target.value)} />
      <TextField label="Description" value={description} placeholder="Unwanted advertising" onChange={(event) => setDescription(event.target.value)} />
      <TextField label="Strikes" inputMode="numeric" value={strikes} placeholder="0" help="What the author of an item gets when a live rule that names this policy acts on it. They count for 90 days."
        wrong={isWrong ? 'Write a whole number up to 1,000.' : undefined} onChange={(event) => setStrikes(event.target.value)} />
      {save.problem && <ProblemNote problem={save.problem} />}
    </Dialog>
  );
}
