import { useState } from 'react';
import { api } from '../../api/client';
import { useWholeList, useWork } from '../../api/resource';
import type { Item, ItemType, Signal, TestDecision } from '../../api/types-rules';
import { Button } from '../../ui/basics';
import { Field } from '../../ui/fields';
import { milliseconds } from '../../ui/format';
import { ProblemNote } from '../../ui/problem';
import { refusal } from '../rules/model/fits';
import { example } from '../rules/model/samples';
import { leafTraces } from '../rules/model/traces';

/** What a signal says of a text, before any rule asks it. Nothing is stored; an integration may count it as a use. */
export function TrySignal({ signal }: { signal: Signal }) {
  const types = useWholeList<ItemType>('/item-types');
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  // A test needs an item, so one that can hold the text.
  const holders = (types.value ?? []).flatMap((type) => type.schema.filter((field) => field.type === 'STRING').map((field) => ({ type, field })));
  const holder = holders[0];
  const work = useWork(async () => {
    if (!holder) return;
    const item = JSON.parse(example(holder.type)) as Item;
    const leaf = { input: { type: 'CONTENT_FIELD', name: holder.field.name, contentTypeId: holder.type.id }, signal: { id: JSON.stringify({ type: signal.type }), type: signal.type }, comparator: 'IS_UNAVAILABLE' };
    const rule = { name: 'Try', ruleType: 'CONTENT', contentTypeIds: [holder.type.id], conditionSet: { conjunction: 'AND', conditions: [leaf] } };
    const { decisions } = await api.post<{ decisions: TestDecision[] }>('/rules/test', { rule, items: [{ ...item, data: { ...item.data, [holder.field.name]: text } }] });
    setTold(decisions[0] ?? null);
  });
  const [told, setTold] = useState<TestDecision | null>(null);
  if (!holder || refusal(signal) || signal.needsMatchingValues || !signal.eligibleInputs.includes('STRING')) return null;
  if (!isOpen) return <div><Button icon="play-fill" onClick={() => setOpen(true)}>Try it on a text</Button></div>;
  const result = told?.trace && leafTraces(told.trace)[0]?.result;
  const value = result?.values?.[0];
  const error = value?.error ?? result?.error;
  return (
    <section className="stack" aria-label="Try it">
      <h3>Try it</h3>
      <Field label="On this text">
        {(wired) => <textarea {...wired} className="input" rows={2} autoFocus value={text} onChange={(event) => { setText(event.target.value); setTold(null); }} />}
      </Field>
      <div className="row wrap">
        <Button icon="play-fill" isBusy={work.isBusy} disabled={!text.trim()} onClick={() => void work.run()}>Ask it</Button>
        <span role="status" aria-live="polite">
          {told && (error ? <span className="wrong">{error.message}</span> : (
            <>It says <strong>{String(value?.score ?? result?.score ?? 'nothing')}</strong>{value?.matchedValue && <> for “{value.matchedValue}”</>} <span className="quiet small">in {milliseconds(told.milliseconds)}</span></>
          ))}
        </span>
      </div>
      {work.problem && <ProblemNote problem={work.problem} />}
    </section>
  );
}
