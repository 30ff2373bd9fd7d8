import type { Plugin, PluginState } from '../api/types';
import { useSession } from '../shell/session';
import { Ago } from './basics';

export type Mood = 'good' | 'idle' | 'warn' | 'bad';

/** How a plugin is, in one word and one sign: the sign's shape says it without its colour. */
export function moodOf(state: PluginState, isWaiting = false): { mood: Mood; sign: string; word: string } {
  if (state.worker === 'quarantined') return { mood: 'bad', sign: '✕', word: 'Quarantined' };
  switch (state.name) {
    case 'invalid': return { mood: 'bad', sign: '✕', word: 'Invalid' };
    case 'incompatible': return { mood: 'bad', sign: '✕', word: 'Incompatible' };
    case 'needs-consent': return { mood: 'warn', sign: '◐', word: 'Needs consent' };
    case 'needs-configuration': return { mood: 'warn', sign: '◐', word: 'Needs configuration' };
    case 'disabled': return { mood: 'idle', sign: '–', word: 'Disabled' };
    default: break;
  }
  if (isWaiting) return { mood: 'warn', sign: '◐', word: 'Update waits' };
  if (state.worker === 'degraded' || state.worker === 'backing-off') return { mood: 'warn', sign: '◐', word: state.worker === 'degraded' ? 'Degraded' : 'Restarting' };
  if (state.worker === 'idle' || state.worker === 'stopped') return { mood: 'idle', sign: '○', word: 'Idle' };
  return { mood: 'good', sign: '●', word: 'Running' };
}

export function StateSign({ plugin }: { plugin: Pick<Plugin, 'state' | 'waiting'> }) {
  const { mood, sign, word } = moodOf(plugin.state, plugin.waiting !== null);
  return <span className={`sign ${mood}`} title={word}><span aria-hidden="true">{sign}</span><span className="visually-hidden">{word}</span></span>;
}

/** Whose turn it is, for whoever reads it. */
function turnWords(turn: string, may: (action: string) => boolean): string {
  switch (turn) {
    case 'author': return 'the author\u2019s turn';
    case 'operator': return may('admin:plugins') ? 'your turn' : 'an operator\u2019s turn';
    case 'member': return may('organisation:manage') || may('admin:plugins') ? 'your turn' : 'for whoever manages the organisation';
    default: return 'the hub\u2019s turn';
  }
}

/** The state as a sentence: what, why, since when, whose turn. */
export function StateLine({ plugin }: { plugin: Pick<Plugin, 'state' | 'waiting'> }) {
  const { may } = useSession();
  const { state, waiting } = plugin;
  const { word } = moodOf(state, waiting !== null);
  const why = state.reason ?? (waiting && word === 'Update waits' ? `${waiting.version} ${waiting.asksForMore ? 'asks for more rights' : 'is ready'}` : '');
  return (
    <span>
      <strong>{word}</strong>{why && `: ${why.replace(/\.+$/, '')}`}
      {state.turn && <span className="quiet"> · {turnWords(state.turn, may)}</span>}
      <span className="quiet"> · <Ago at={state.since} /></span>
    </span>
  );
}
