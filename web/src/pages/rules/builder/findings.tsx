import type { Finding } from '../../../api/types';

/** What was found, in place. */
export function Findings({ list, id }: { list: Finding[]; id?: string }) {
  if (list.length === 0) return null;
  return (
    <ul id={id} className="findings small">
      {list.map((finding, place) => (
        <li key={place} title={finding.code}>
          <span className={`sign ${finding.severity === 'error' ? 'bad' : 'warn'}`} aria-hidden="true">{finding.severity === 'error' ? '✕' : '!'}</span>
          <span className="visually-hidden">{finding.severity}: </span>{finding.message} {finding.remedy && <span className="quiet">{finding.remedy}</span>}
        </li>
      ))}
    </ul>
  );
}
