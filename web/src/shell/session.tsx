import { createContext, useCallback, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { adoptSession, api, chooseOrganisation, problemFrom } from '../api/client';
import type { Problem, Session } from '../api/types';

/** What is known about who sits here. */
export type Standing = 'unknown' | 'needs-setup' | 'signed-out' | 'signed-in';

interface SessionState {
  standing: Standing;
  session: Session | null;
  problem: Problem | null;
  adopt: (session: Session) => void;
  signOut: () => Promise<void>;
  reload: () => void;
  choose: (slug: string) => void;
  /** Whether the person may do something in the organisation they look at. */
  may: (action: string) => boolean;
}

const SessionContext = createContext<SessionState | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [standing, setStanding] = useState<Standing>('unknown');
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  const adopt = useCallback((next: Session) => {
    adoptSession(next);
    setSession(next);
    setStanding('signed-in');
    setProblem(null);
  }, []);

  const reload = useCallback(() => {
    api.get<Session>('/session').then(adopt, async (error) => {
      const problem = problemFrom(error);
      if (problem.status !== 401) {
        setProblem(problem);
        return;
      }
      adoptSession(null);
      setSession(null);
      const setup = await api.get<{ needed: boolean }>('/setup').catch(() => ({ needed: false }));
      setStanding(setup.needed ? 'needs-setup' : 'signed-out');
    });
  }, [adopt]);
  useEffect(reload, [reload]);
  useEffect(() => {
    if (!problem) return undefined;
    const timer = window.setTimeout(reload, 3000);
    return () => window.clearTimeout(timer);
  }, [problem, reload]);

  const signOut = useCallback(async () => {
    await api.delete('/session');
    adoptSession(null);
    setSession(null);
    setStanding('signed-out');
  }, []);

  const choose = useCallback((slug: string) => {
    chooseOrganisation(slug);
    reload();
  }, [reload]);

  const may = useCallback((action: string) => session?.permissions.includes(action) ?? false, [session]);

  return (
    <SessionContext.Provider value={{ standing, session, problem, adopt, signOut, reload, choose, may }}>{children}</SessionContext.Provider>
  );
}

export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error('useSession needs a SessionProvider around it.');
  return state;
}
