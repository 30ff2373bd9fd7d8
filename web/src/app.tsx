import './theme.css';
import { createRoot } from 'react-dom/client';
import { Boundary } from './shell/boundary';
import { RouterProvider, useRouter } from './shell/router';
import { SessionProvider, useSession } from './shell/session';
import { Shell } from './shell/shell';
import { followTheme } from './shell/theme';
import { ToastProvider } from './ui/overlay';
import { ProblemNote } from './ui/problem';
import { NotHere } from './pages/door/not-here';
import { Redeem } from './pages/door/redeem';
import { takeReturnProblem } from './pages/door/return-problem';
import { Setup } from './pages/door/setup';
import { SignIn } from './pages/door/sign-in';
import { isPage, Pages } from './pages/pages';

/** Before anything reads the address. */
const returned = takeReturnProblem();

function App() {
  const { standing, problem, session } = useSession();
  const { location } = useRouter();
  if (location.path === '/redeem') return <Redeem />;
  if (standing === 'needs-setup') return <Setup />;
  if (standing === 'signed-out') return isPage(location.path) ? <SignIn returned={returned} /> : <NotHere path={location.path} />;
  // Another organisation is another view of everything.
  if (standing === 'signed-in') return <Shell key={session?.organisation}><Pages /></Shell>;
  return problem ? <main className="door"><div className="door-card"><ProblemNote problem={problem} /></div></main> : null;
}

followTheme();
const root = document.getElementById('app');
if (root) {
  createRoot(root).render(
    <Boundary><RouterProvider><ToastProvider><SessionProvider><App /></SessionProvider></ToastProvider></RouterProvider></Boundary>,
  );
}
