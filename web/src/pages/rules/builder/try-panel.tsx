import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { problemFrom } from '../../../api/client';
import { useResource } from '../../../api/resource';
import type { Problem } from '../../../api/types';
import type { Item, StoredItem } from '../../../api/types-rules';
import { useQuery } from '../../../shell/router';
import { Button } from '../../../ui/basics';
import { Check, Field, SelectField, TextField } from '../../../ui/fields';
import { relative } from '../../../ui/format';
import { ProblemNote } from '../../../ui/problem';
import { example, itemWords, readItems } from '../model/samples';
import { typeName } from '../model/words';
import type { Catalogue } from '../model/words';

/** How long nothing is edited before a test runs again by itself, in milliseconds. */
const pause = 600;
const recentMax = 20;

/** Items for a test: kept ones by their numbers, or pasted ones. */
export type Tried = { sequences: number[] } | { items: Item[] };

/** Tries what stands on the page on items; nothing is stored and nothing is done. */
export function TryPanel<Answer>({ title, subject, typeIds, lack, catalogue, ask, children }: {
  title: string;
  /** Another text when what is tried is another one: then it is tried again. */
  subject: string;
  /** Of these item types; none: of any. */
  typeIds: string[];
  /** What is still lacking before it can be tried, in words. */
  lack: string | null;
  catalogue: Catalogue;
  ask: (tried: Tried) => Promise<Answer[]>;
  children: (answers: Answer[]) => ReactNode;
}) {
  const [asked] = useQuery('item');
  const onlyType = typeIds.length === 1 ? `&typeId=${encodeURIComponent(typeIds[0] ?? '')}` : '';
  const [sought, setSought] = useState('');
  const recent = useResource<StoredItem[]>(`/items?limit=${recentMax}${onlyType}${sought ? `&q=${encodeURIComponent(sought)}` : ''}`);
  // One may come here with an item that is no longer among the latest.
  const named = useResource<StoredItem>(asked && recent.value && !recent.value.some((one) => String(one.sequence) === asked) ? `/items/${encodeURIComponent(asked)}` : null);
  const items = [...(named.value ? [named.value] : []), ...(recent.value ?? [])].filter((item) => typeIds.length === 0 || typeIds.includes(item.typeId));
  const [source, setSource] = useState<'recent' | 'paste' | null>(null);
  const [picked, setPicked] = useState(asked);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [isAuto, setAuto] = useState(true);
  const [answers, setAnswers] = useState<Answer[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  // Only the latest question's answer is shown.
  const turn = useRef(0);
  const shown = source ?? (items.length > 0 || sought ? 'recent' : 'paste');
  const type = catalogue.types.find((one) => one.id === (typeIds[0] ?? catalogue.types[0]?.id));
  const item = items.find((one) => String(one.sequence) === picked) ?? items[0];

  const tried = (): Tried | null => {
    if (shown === 'recent') return item ? { sequences: [item.sequence] } : null;
    const read = readItems(text, type?.id ?? '');
    setWrong('wrong' in read ? read.wrong : undefined);
    return 'items' in read ? { items: read.items } : null;
  };
  const run = () => {
    const sent = tried();
    if (!sent) return;
    turn.current += 1;
    const mine = turn.current;
    setBusy(true);
    ask(sent).then(
      (answer) => { if (mine === turn.current) { setAnswers(answer); setProblem(null); } },
      (error) => { if (mine === turn.current) setProblem(problemFrom(error)); },
    ).finally(() => { if (mine === turn.current) setBusy(false); });
  };
  useEffect(() => () => { turn.current += 1; }, []);
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!answers || !isAuto || lack) return undefined;
    const timer = window.setTimeout(() => latest.current(), pause);
    return () => window.clearTimeout(timer);
  }, [subject, shown, item?.sequence, isAuto, lack]);

  return (
    <section className="card stack test-panel" aria-labelledby="rule-test">
      <div className="row spread"><h2 id="rule-test">{title}</h2><span className="quiet small">Nothing is stored or done.</span></div>
      <div className="row" role="group" aria-label="Which item">
        <button type="button" className="button small" aria-pressed={shown === 'recent'} disabled={items.length === 0 && !sought} onClick={() => setSource('recent')}>A recent one</button>
        <button type="button" className="button small" aria-pressed={shown === 'paste'} onClick={() => setSource('paste')}>Paste one</button>
      </div>
      {shown === 'recent' && <Sought onSought={setSought} />}
      {shown === 'recent' ? (
        <SelectField label="Recent item" wrong={sought && recent.value && items.length === 0 ? 'No item has this text.' : undefined} value={item ? String(item.sequence) : ''} onChange={(event) => setPicked(event.target.value)}>
          {items.map((one) => <option key={one.sequence} value={one.sequence}>{itemWords(one.data)} · {typeName(one.typeId, catalogue)}, {relative(one.receivedAt)}</option>)}
        </SelectField>
      ) : (
        <Field label="Item" wrong={wrong} help="JSON: an item, a list of some, or only the data of one."
          after={<Button isSmall look="plain" onClick={() => { setText(example(type)); setWrong(undefined); }}>Write an example</Button>}>
          {(wired) => <textarea {...wired} className="input mono" rows={7} spellCheck={false} value={text} onChange={(event) => { setText(event.target.value); setWrong(undefined); }} />}
        </Field>
      )}
      <div className="row wrap">
        <Button look="primary" icon="play-fill" isBusy={isBusy && !answers} disabled={lack !== null || (shown === 'recent' ? !item : !text.trim())} onClick={run}>Test</Button>
        <Check label="Again as I edit" checked={isAuto} onChange={setAuto} />
      </div>
      {lack && <p className="quiet small">First: {lack}</p>}
      {problem && <ProblemNote problem={problem} />}
      {answers && !problem && <div className="stack" aria-live="polite" aria-busy={isBusy}>{children(answers)}</div>}
    </section>
  );
}

/** Looks for kept items once somebody has stopped typing. */
function Sought({ onSought }: { onSought: (text: string) => void }) {
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => onSought(text.trim()), pause);
    return () => window.clearTimeout(timer);
  }, [text]);
  return <TextField label="With this text" type="search" value={text} placeholder="any" onChange={(event) => setText(event.target.value)} />;
}
