import { useState } from 'react';
import { Link } from '../../../shell/router';
import { Button, Icon } from '../../../ui/basics';
import { Check, Field, TextField } from '../../../ui/fields';
import type { Draft, History } from '../model/draft';
import type { Catalogue } from '../model/words';

type Members = 'actionIds' | 'policyIds';

/** What follows when it passes, and how often. */
export function ThenCard({ draft, edit, catalogue, isOff }: { draft: Draft; edit: History<Draft>['edit']; catalogue: Catalogue; isOff: boolean }) {
  const limit = draft.maxDailyActions.trim();
  const isLimitWrong = limit !== '' && !/^\d+$/.test(limit);
  const choose = (member: Members, id: string, isOn: boolean) => edit((one) => ({ ...one, [member]: isOn ? [...one[member], id] : one[member].filter((other) => other !== id) }));
  return (
    <section className="card stack" aria-labelledby="rule-then">
      <h2 id="rule-then">Then</h2>
      <div className="columns">
        <Choices legend="Actions" member="actionIds" list={catalogue.actions.map((one) => ({ id: one.id, name: one.name, help: one.kind === 'webhook' ? one.url ?? 'webhook' : one.kind === 'review' ? 'somebody looks at it' : 'an event in the journal' }))}
          chosen={draft.actionIds} isOff={isOff} onChoose={choose} empty={<>None yet: the rule only decides. <Link href="/rule-actions?new=1">Make an action</Link>, a webhook for one.</>} />
        <Choices legend="Policies" member="policyIds" list={catalogue.policies.map((one) => ({ id: one.id, name: one.name, help: one.description }))}
          chosen={draft.policyIds} isOff={isOff} onChoose={choose} empty={<>None yet. <Link href="/policies?new=1">Write a policy</Link> that rules can name.</>} />
      </div>
      <div className="columns">
        <TextField label="At most this often a day" help="Counted in days of UTC. Empty: without limit." inputMode="numeric" value={draft.maxDailyActions} disabled={isOff}
          wrong={isLimitWrong ? 'Write a whole number.' : undefined} onChange={(event) => edit((one) => ({ ...one, maxDailyActions: event.target.value }), 'limit')} />
        <TextField label="Expires" type="datetime-local" help="In your own time zone. Empty: never." value={draft.expires} disabled={isOff} onChange={(event) => edit((one) => ({ ...one, expires: event.target.value }), 'expires')} />
      </div>
      <Tags tags={draft.tags} isOff={isOff} onTags={(tags) => edit((one) => ({ ...one, tags }))} />
    </section>
  );
}

function Choices({ legend, member, list, chosen, isOff, onChoose, empty }: {
  legend: string; member: Members; list: { id: string; name: string; help?: string | undefined }[]; chosen: string[]; isOff: boolean;
  onChoose: (member: Members, id: string, isOn: boolean) => void; empty: JSX.Element;
}) {
  const unknown = chosen.filter((id) => !list.some((one) => one.id === id));
  return (
    <fieldset disabled={isOff}>
      <legend className="label">{legend}</legend>
      <div className="stack tight" style={{ paddingTop: 4 }}>
        {list.map((one) => <Check key={one.id} label={one.name} help={one.help} checked={chosen.includes(one.id)} onChange={(isOn) => onChoose(member, one.id, isOn)} />)}
        {unknown.map((id) => <Check key={id} label={<><code>{id}</code> (not there)</>} checked onChange={() => onChoose(member, id, false)} />)}
        {list.length === 0 && <p className="quiet small">{empty}</p>}
      </div>
    </fieldset>
  );
}

function Tags({ tags, isOff, onTags }: { tags: string[]; isOff: boolean; onTags: (tags: string[]) => void }) {
  const [text, setText] = useState('');
  const add = () => {
    const next = text.split(',').map((one) => one.trim()).filter((one) => one && !tags.includes(one));
    if (next.length > 0) onTags([...tags, ...next]);
    setText('');
  };
  return (
    <Field label="Tags" help="Enter adds one.">
      {(wired) => (
        <div className="row wrap" style={{ gap: 6 }}>
          {tags.map((tag) => (
            <span key={tag} className="badge">{tag}
              {!isOff && <button type="button" className="badge-x" aria-label={`Take away the tag ${tag}`} onClick={() => onTags(tags.filter((one) => one !== tag))}><Icon name="x-lg" /></button>}
            </span>
          ))}
          <input {...wired} className="input grow" style={{ minWidth: 140 }} value={text} disabled={isOff} placeholder="spam" onChange={(event) => setText(event.target.value)} onBlur={add}
            onKeyDown={(event) => { if (event.key === 'Enter') { event.preventDefault(); add(); } }} />
          {text.trim() && <Button isSmall onClick={add}>Add</Button>}
        </div>
      )}
    </Field>
  );
}
