import type { Risk } from '../api/types';
import { Badge } from './basics';

const words: Record<Risk, [string, 'good' | 'warn' | 'bad' | undefined, string]> = {
  low: ['low risk', undefined, 'It can see or change little beyond itself.'],
  medium: ['medium risk', 'warn', 'It can send data out, or read what others stored.'],
  high: ['high risk', 'bad', 'It can reach much, or change what others rely on.'],
};

export function RiskBadge({ risk }: { risk: Risk }) {
  const [text, look, title] = words[risk];
  return <Badge look={look} title={title}>{risk === 'high' ? '▲ ' : ''}{text}</Badge>;
}
