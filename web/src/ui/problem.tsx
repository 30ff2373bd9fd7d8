import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { Problem } from '../api/types';
import type { Resource } from '../api/resource';
import { Button } from './basics';

const turns: Record<string, string> = {
  plugin: 'The plugin\u2019s author can mend this.', author: 'The plugin\u2019s author can mend this.', operator: 'An operator can mend this.',
  hub: 'The hub\u2019s own mistake.', downstream: 'The service behind it can mend this.', caller: '', member: '',
};

/** What went wrong, whose turn it is, what to do; the rest folds out. */
export function ProblemNote({ problem, action }: { problem: Problem; action?: ReactNode }) {
  const whose = turns[problem.turn ?? ''] ?? '';
  const box = useRef<HTMLDivElement>(null);
  // In braces: newer browsers give a promise, which is no way to clean up.
  useEffect(() => { void box.current?.scrollIntoView({ block: 'nearest' }); }, [problem]);
  // A single finding that says the same again says nothing more.
  const findings = (problem.findings ?? []).filter((finding) => finding.message !== problem.detail && !problem.detail.endsWith(finding.message));
  return (
    <div ref={box} className="notice bad" role="alert">
      <strong>{problem.detail}</strong>
      {(problem.remedy || whose) && <span>{[problem.remedy, whose].filter(Boolean).join(' ')}</span>}
      {findings.length > 0 && (
        <ul className="stack tight">
          {findings.map((finding, place) => (
            <li key={place}>
              {finding.pointer && <code>{finding.pointer} </code>}{finding.message} {finding.remedy && <span className="quiet">{finding.remedy}</span>}
            </li>
          ))}
        </ul>
      )}
      <details className="small quiet">
        <summary>Details</summary>
        <code>{problem.code}{problem.status ? ` · ${problem.status}` : ''}{problem.requestId ? ` · request ${problem.requestId}` : ''}</code>
      </details>
      {action && <div>{action}</div>}
    </div>
  );
}

/** What a resource gives, once it is there; before that nothing for a blink, then a word; its problem when there is one. */
export function Loaded<Value>({ from, children }: { from: Resource<Value>; children: (value: Value) => ReactNode }) {
  const failed = from.problem && (
    <ProblemNote problem={from.problem} action={<Button isSmall icon="arrow-clockwise" onClick={from.reload}>Try again</Button>} />
  );
  if (from.value === undefined) return <>{failed || (from.isSlow ? <p className="quiet" role="status">Loading…</p> : null)}</>;
  return <>{failed}{children(from.value)}</>;
}
