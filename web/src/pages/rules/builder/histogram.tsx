import { useState } from 'react';
import { api } from '../../../api/client';
import { useWork } from '../../../api/resource';
import type { LeafCondition, StoredItem, TestDecision } from '../../../api/types-rules';
import { Button } from '../../../ui/basics';
import { plural } from '../../../ui/format';
import { leafTraces } from '../model/traces';
import { written } from '../model/fits';
import type { Catalogue } from '../model/words';

const itemsMax = 100;
const bars = 24;

/** Where recent items fall on a condition's scale, with the threshold on it; asked for, since it runs the signal on each. */
export function Histogram({ leaf, itemTypeIds, catalogue }: { leaf: Partial<LeafCondition>; itemTypeIds: string[]; catalogue: Catalogue }) {
  const [scores, setScores] = useState<{ of: string; list: number[] } | null>(null);
  const subject = JSON.stringify([leaf.input, leaf.signal?.type, leaf.signal?.subcategory, leaf.signal?.args, leaf.matchingValues]);
  const look = useWork(async () => {
    const items = await api.get<StoredItem[]>(`/items?limit=${itemsMax}`);
    const ids = [...new Set(items.filter((item) => itemTypeIds.length === 0 || itemTypeIds.includes(item.typeId)).map((item) => item.id))];
    if (ids.length === 0) {
      setScores({ of: subject, list: [] });
      return;
    }
    const rule = { name: 'Scores', ruleType: 'CONTENT', contentTypeIds: itemTypeIds, conditionSet: { conjunction: 'AND', conditions: [written({ ...leaf, threshold: leaf.threshold ?? 0 }, catalogue)] } };
    const { decisions } = await api.post<{ decisions: TestDecision[] }>('/rules/test', { rule, itemIds: ids });
    const list = decisions.flatMap((one) => (one.trace ? leafTraces(one.trace) : [])).flatMap((one) => one.result?.values ?? []).map((value) => Number(value.score ?? Number.NaN));
    setScores({ of: subject, list: list.filter(Number.isFinite) });
  });
  if (!scores || scores.of !== subject) {
    return (
      <span className="row small quiet" style={{ gap: 6 }}>
        <Button isSmall look="plain" icon="bar-chart" isBusy={look.isBusy} onClick={() => void look.run()}>Where do recent items fall?</Button>
        {look.problem && <span className="wrong" role="alert">{look.problem.detail}</span>}
      </span>
    );
  }
  if (scores.list.length === 0) return <p className="small quiet" role="status">No recent item has a score here.</p>;
  return <Bars scores={scores.list} threshold={Number(leaf.threshold)} />;
}

function Bars({ scores, threshold }: { scores: number[]; threshold: number }) {
  const [least, most] = [Math.min(0, ...scores), Math.max(1, ...scores)];
  const counts = new Array<number>(bars).fill(0);
  for (const score of scores) {
    const place = Math.min(bars - 1, Math.floor(((score - least) / (most - least)) * bars));
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const highest = Math.max(...counts);
  const at = Number.isFinite(threshold) ? Math.min(1, Math.max(0, (threshold - least) / (most - least))) * 240 : null;
  const above = scores.filter((score) => score >= threshold).length;
  const words = `Scores of ${plural(scores.length, 'recent value')}, from ${Number(least.toPrecision(3))} to ${Number(most.toPrecision(3))}${at === null ? '' : `: ${above} at or above ${threshold}, ${scores.length - above} below`}`;
  return (
    <div className="row wrap small quiet" style={{ gap: 10 }}>
      <svg viewBox="0 0 240 32" className="histogram" role="img" aria-label={words}>
        {counts.map((count, place) => <rect key={place} x={place * 10 + 1} width="8" y={32 - (count / highest) * 30} height={(count / highest) * 30} />)}
        {at !== null && <line x1={at} x2={at} y1="0" y2="32" />}
      </svg>
      <span role="status">{words}.</span>
    </div>
  );
}
