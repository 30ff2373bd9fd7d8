import { useState } from 'react';

interface Point { at: string; value: number | null }

const [width, height] = [240, 64];

/** A small chart over time: the newest value and the most are said in words, the rest is the line. */
export function Chart({ title, points, words, look }: { title: string; points: Point[]; words: (value: number) => string; look?: 'bad' }) {
  const [place, setPlace] = useState<number | null>(null);
  const values = points.map((point) => point.value ?? 0);
  const most = Math.max(0, ...values);
  const shown = points[place ?? points.length - 1];
  const x = (index: number) => (points.length > 1 ? (index / (points.length - 1)) * width : width);
  const y = (value: number) => (most > 0 ? height - 3 - (value / most) * (height - 8) : height - 3);
  const line = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <figure className="card stack tight" style={{ margin: 0 }}>
      <figcaption className="row spread">
        <span className="quiet small">{title}</span>
        <span className="small nowrap">{shown?.value != null ? words(shown.value) : '–'}{place !== null && shown && <span className="quiet"> {new Date(shown.at).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false })}</span>}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} style={{ width: '100%', height, color: look === 'bad' && most > 0 ? 'var(--pb-bad)' : 'var(--pb-accent)' }} preserveAspectRatio="none" role="img"
        aria-label={`${title}, the last ${points.length} minutes: now ${points.length > 0 ? words(values[values.length - 1] ?? 0) : 'nothing'}, at most ${words(most)}`}
        onMouseLeave={() => setPlace(null)}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          setPlace(Math.max(0, Math.min(points.length - 1, Math.round(((event.clientX - box.left) / box.width) * (points.length - 1)))));
        }}>
        <polygon points={`0,${height} ${line} ${width},${height}`} fill="currentColor" opacity="0.12" />
        <polyline points={line} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
      </svg>
    </figure>
  );
}
