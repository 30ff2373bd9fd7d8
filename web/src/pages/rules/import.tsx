import { useState } from 'react';
import { api } from '../../api/client';
import { useWork } from '../../api/resource';
import type { Rule } from '../../api/types-rules';
import { useRouter } from '../../shell/router';
import { Button } from '../../ui/basics';
import { JSONField, readJSON } from '../../ui/json-field';
import { Dialog, useToast } from '../../ui/overlay';
import { ProblemNote } from '../../ui/problem';

/** A rule from JSON: from another hub, from a repository, or written by hand. It becomes a draft. */
export function ImportRule({ onClose }: { onClose: () => void }) {
  const { go } = useRouter();
  const tell = useToast();
  const [text, setText] = useState('');
  const read = readJSON(text, 'object');
  const work = useWork(async () => {
    if ('wrong' in read || read.value === undefined) return;
    const { status: _, ...rule } = read.value as Partial<Rule>;
    const made = await api.post<Rule>('/rules', rule);
    tell(`“${made.name}” is a draft: it looks at nothing yet.`);
    go(`/rules/${encodeURIComponent(made.id)}`);
  });
  return (
    <Dialog title="A rule from JSON" onClose={onClose} onSubmit={() => void work.run()}
      foot={<><Button onClick={onClose}>Cancel</Button><Button look="primary" type="submit" isBusy={work.isBusy} disabled={'wrong' in read || read.value === undefined}>Make it a draft</Button></>}>
      <JSONField label="Rule" kind="object" rows={14} value={text} onChange={setText} help="As “Copy as JSON” of a rule gives it, and as “patchbay rule test” reads it. Item types, banks, policies and actions are named by their ids." />
      {work.problem && <ProblemNote problem={work.problem} />}
    </Dialog>
  );
}
