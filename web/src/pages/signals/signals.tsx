import { useEvents } from '../../api/events';
import { useWholeList } from '../../api/resource';
import type { Signal } from '../../api/types-rules';
import { Link, useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { Dialog } from '../../ui/overlay';
import { Loaded } from '../../ui/problem';
import { refusal } from '../rules/model/fits';
import { RulesHead } from '../rules/head';
import { SignalDetails } from './details';
import { Gallery } from './gallery';

/** What rules can ask: the hub's own signals and those of integrations. */
export function SignalsPage() {
  const { may } = useSession();
  const list = useWholeList<Signal>('/signals');
  const [open, setOpen] = useQuery('signal');
  useEvents('plugins', () => list.reload());
  const chosen = list.value?.find((signal) => signal.type === open);
  return (
    <>
      <RulesHead here="signals" title="Signals" about="What a condition can ask about a value.">
        {may('admin:plugins') && <Link className="button" href="/plugins?install=1">Install an integration</Link>}
      </RulesHead>
      <Loaded from={list}>{(signals) => <Gallery signals={signals} onOpen={(signal) => setOpen(signal.type)} />}</Loaded>
      {chosen && (
        <Dialog title={chosen.name} isWide onClose={() => setOpen('')} foot={(
          <>
            <Button onClick={() => setOpen('')}>Close</Button>
            {may('rule:write') && !refusal(chosen) && <Link className="button primary" href={`/rules/new?signal=${encodeURIComponent(chosen.type)}`}>Use it in a new rule</Link>}
          </>
        )}><SignalDetails signal={chosen} /></Dialog>
      )}
    </>
  );
}
