import { Link } from '../../shell/router';
import { Door } from './door';

/** An address that leads nowhere, for somebody who is not signed in: signing in would not help. */
export function NotHere({ path }: { path: string }) {
  return (
    <Door title="There is nothing here">
      <p>The address <code style={{ overflowWrap: 'anywhere' }}>{path}</code> leads nowhere on this hub. Look whether it was copied whole.</p>
      <Link className="button primary" href="/">To the start</Link>
    </Door>
  );
}
