import { useState } from 'react';
import { useWholeList } from '../../api/resource';
import type { Bank, BankKind, Rule } from '../../api/types-rules';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { Filter } from '../../ui/fields';
import { plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { fromSet, leaves } from '../rules/model/tree';
import { RemoveNamed } from '../rules/remove-named';
import { EditBank } from './edit-bank';

export const bankNames: Record<BankKind, string> = { text: 'Texts', location: 'Places', image: 'Image hashes' };
const members = { text: 'textBankIds', location: 'locationBankIds', image: 'imageBankIds' } as const;

/** Values that many rules compare with, kept in one place. */
export function BanksPage() {
  const { may } = useSession();
  const list = useWholeList<Bank>('/banks');
  const [isNew, setNew] = useQuery('new');
  const [kind, setKind] = useQuery('kind');
  const [open, setOpen] = useState<Bank | null>(null);
  const [removing, setRemoving] = useState<Bank | null>(null);
  const uses = (bank: Bank) => (rule: Rule) => leaves(fromSet(rule.conditionSet)).some((node) => (node.leaf.matchingValues?.[members[bank.kind]] ?? []).includes(bank.id));
  return (
    <>
      <RulesHead here="banks" title="Banks" about="Texts, places and image hashes that many rules compare with.">
        {may('rule:write') && <Button look="primary" icon="plus-lg" onClick={() => setNew('1')}>New bank</Button>}
      </RulesHead>
      <Loaded from={list}>
        {(items) => items.length === 0 ? (
          <Empty icon="collection" title="No banks yet" action={may('rule:write') ? <Button look="primary" onClick={() => setNew('1')}>Make the first one</Button> : undefined}>
            A bank is a list, such as words that casinos use. A rule names it, and what is added to it counts for every such rule at once.
          </Empty>
        ) : (
          <div className="stack">
            <div className="row"><Filter label="Kind" value={kind} onChange={setKind} options={Object.entries(bankNames)} /></div>
            <ul className="card flush list" aria-label="Banks">
              {items.filter((bank) => !kind || bank.kind === kind).map((bank) => (
                <li key={`${bank.kind} ${bank.id}`} className="row wrap">
                  <span className="grow"><strong>{bank.name}</strong> <Badge>{bankNames[bank.kind]}</Badge> <span className="quiet small">{plural(bank.count, 'entry', 'entries')}</span></span>
                  <Button isSmall icon={may('rule:write') ? 'pencil' : 'eye'} onClick={() => setOpen(bank)}>{may('rule:write') ? 'Edit' : 'Look'}<span className="visually-hidden"> {bank.name}</span></Button>
                  {may('rule:write') && <Button isSmall icon="trash" onClick={() => setRemoving(bank)}>Remove<span className="visually-hidden"> {bank.name}</span></Button>}
                </li>
              ))}
            </ul>
          </div>
        )}
      </Loaded>
      {(isNew || open) && <EditBank key={open ? `${open.kind} ${open.id}` : 'new'} bank={open} kind={(kind || 'text') as BankKind} taken={(list.value ?? []).map((one) => one.id)} onClose={() => { setOpen(null); setNew(''); list.reload(); }} />}
      {removing && <RemoveNamed kind="bank" name={removing.name} path={`/banks/${removing.kind}/${encodeURIComponent(removing.id)}`} uses={uses(removing)} onClose={() => { setRemoving(null); list.reload(); }} />}
    </>
  );
}
