import { Boundary } from '../shell/boundary';
import { Link, match, useRouter } from '../shell/router';
import { Empty } from '../ui/basics';
import { OverviewPage } from './overview/overview';

type Page = (parts: Record<string, string>) => JSX.Element;

/** Every address of the interface. */
const table: [string, Page][] = [
  ['/', () => <OverviewPage />],
  ['/setup', () => <OverviewPage />],
];

export function Pages() {
  const { location } = useRouter();
  for (const [pattern, page] of table) {
    const parts = match(pattern, location.path);
    if (parts) return <Boundary name={location.path}>{page(parts)}</Boundary>;
  }
  return (
    <Empty icon="question-circle" title="There is no such page" action={<Link className="button" href="/">To the overview</Link>}>
      The address <code>{location.path}</code> leads nowhere; what was there may have been removed.
    </Empty>
  );
}
