import { api } from '../../api/client';
import { useWholeList, useWork } from '../../api/resource';
import type { Rule } from '../../api/types-rules';
import { Link } from '../../shell/router';
import { Button } from '../../ui/basics';
import { plural } from '../../ui/format';
import { Dialog, useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { canForce } from './force';

/** Asks before something goes that rules may name, and says which do. */
export function RemoveNamed({ kind, name, path, uses, onClose }: { kind: string; name: string; path: string; uses: (rule: Rule) => boolean; onClose: () => void }) {
  const rules = useWholeList<Rule>('/rules');
  const tell = useToast();
  const remove = useWork(async (force: boolean) => {
    await api.delete(force ? `${path}?force=true` : path);
    tell(`“${name}” is removed.`);
    onClose();
  });
  return (
    <Dialog title={`Remove the ${kind} “${name}”?`} onClose={onClose} onSubmit={() => void remove.run(false)}
      foot={<><Button onClick={onClose}>Keep it</Button><Button look="danger" type="submit" isBusy={remove.isBusy}>Remove</Button></>}>
      <Loaded from={rules}>
        {(list) => {
          const using = list.filter(uses);
          return using.length === 0 ? <p>No rule names it.</p> : (
            <>
              <p><strong>{plural(using.length, 'rule')} {using.length === 1 ? 'names' : 'name'} it:</strong></p>
              <ul className="stack tight">{using.slice(0, 20).map((rule) => <li key={rule.id}><Link href={`/rules/${encodeURIComponent(rule.id)}`}>{rule.name}</Link></li>)}</ul>
            </>
          );
        }}
      </Loaded>
      {remove.problem && <ProblemNote problem={remove.problem} action={canForce(remove.problem) && <Button isSmall onClick={() => void remove.run(true)}>Remove it all the same</Button>} />}
    </Dialog>
  );
}
