import type { RuleState } from '../../api/types-rules';
import { stateNames } from './model/words';

/** What a rule is now, by sign and word. */
export function RuleStateSign({ state, isShort }: { state: RuleState; isShort?: boolean }) {
  const { label, sign, mood, means } = stateNames[state];
  return <span className="nowrap" title={means}><span className={`sign ${mood}`} aria-hidden="true">{sign}</span><span className={isShort ? 'visually-hidden' : ''}>{label}</span></span>;
}
