import { useState } from 'react';
import { useWholeList } from '../../api/resource';
import type { ItemType, Rule } from '../../api/types-rules';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Badge, Button, Empty } from '../../ui/basics';
import { plural } from '../../ui/format';
import { Loaded } from '../../ui/problem';
import { RulesHead } from '../rules/head';
import { fromSet, leaves } from '../rules/model/tree';
import { RemoveNamed } from '../rules/remove-named';
import { EditItemType } from './edit-item-type';

export const kindNames: Record<ItemType['kind'], string> = { CONTENT: 'content', THREAD: 'thread', USER: 'user' };

/** What can be submitted: comments, posts, people, each with its fields. */
export function ItemTypesPage() {
  const { may } = useSession();
  const list = useWholeList<ItemType>('/item-types');
  const [isNew, setNew] = useQuery('new');
  const [open, setOpen] = useState<ItemType | null>(null);
  const [removing, setRemoving] = useState<ItemType | null>(null);
  const uses = (type: ItemType) => (rule: Rule) => (rule.contentTypeIds ?? []).includes(type.id)
    || leaves(fromSet(rule.conditionSet)).some((node) => node.leaf.input?.type === 'CONTENT_FIELD' && node.leaf.input.contentTypeId === type.id);
  return (
    <>
      <RulesHead here="item-types" title="Item types" about="What programs submit, with the fields that conditions can look at.">
        {may('rule:write') && <Button look="primary" icon="plus-lg" onClick={() => setNew('1')}>New item type</Button>}
      </RulesHead>
      <Loaded from={list}>
        {(items) => items.length === 0 ? (
          <Empty icon="list-check" title="No item types yet" action={may('rule:write') ? <Button look="primary" onClick={() => setNew('1')}>Describe the first one</Button> : undefined}>
            An item type says which fields an item has: a comment has a text, an author, perhaps images. Items of a type that is not here are refused.
          </Empty>
        ) : (
          <ul className="card flush list" aria-label="Item types">
            {items.map((type) => (
              <li key={type.id} className="row wrap">
                <span className="grow"><strong>{type.name}</strong> <code className="quiet">{type.id}</code> <Badge>{kindNames[type.kind]}</Badge>
                  <div className="quiet small">{plural(type.schema.length, 'field')}: {type.schema.slice(0, 8).map((field) => field.name).join(', ')}{type.schema.length > 8 && '…'}</div></span>
                <Button isSmall icon={may('rule:write') ? 'pencil' : 'eye'} onClick={() => setOpen(type)}>{may('rule:write') ? 'Edit' : 'Look'}<span className="visually-hidden"> {type.name}</span></Button>
                {may('rule:write') && <Button isSmall icon="trash" onClick={() => setRemoving(type)}>Remove<span className="visually-hidden"> {type.name}</span></Button>}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {(isNew || open) && <EditItemType key={open?.id ?? 'new'} type={open} taken={(list.value ?? []).map((one) => one.id)} onClose={() => { setOpen(null); setNew(''); list.reload(); }} />}
      {removing && <RemoveNamed kind="item type" name={removing.name} path={`/item-types/${encodeURIComponent(removing.id)}`} uses={uses(removing)} onClose={() => { setRemoving(null); list.reload(); }} />}
    </>
  );
}
