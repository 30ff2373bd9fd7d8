import { useEffect, useId, useRef, useState } from 'react';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { relative } from './format';
import { useRest } from './rest';

/** A glyph of the sprite; says nothing to screen readers, so text or a label stands beside it. */
export function Icon({ name }: { name: string }) {
  return <svg className="icon" aria-hidden="true"><use href={`/ui/icons.svg#${name}`} /></svg>;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: string;
  look?: 'primary' | 'danger' | 'plain';
  isSmall?: boolean;
  isBusy?: boolean;
}

export function Button({ icon, look, isSmall, isBusy, children, className, disabled, ...rest }: ButtonProps) {
  const classes = ['button', look, isSmall && 'small', className].filter(Boolean).join(' ');
  return (
    <button type="button" {...rest} className={classes} disabled={disabled || isBusy} aria-busy={isBusy || undefined}>
      {icon && <Icon name={icon} />}{children}
    </button>
  );
}

const clockMs = 20_000;
const clockReaders = new Set<() => void>();
let clock = 0;

/** Calls back every now and then, with one timer for however many there are. */
function readClock(reader: () => void): () => void {
  clockReaders.add(reader);
  if (!clock) clock = window.setInterval(() => { for (const one of clockReaders) one(); }, clockMs);
  return () => {
    clockReaders.delete(reader);
    if (clockReaders.size > 0) return;
    window.clearInterval(clock);
    clock = 0;
  };
}

/** A moment relative to now, exact on hover; keeps itself current. */
export function Ago({ at }: { at: string }) {
  // What is shown is the state, so that only texts that change are drawn anew.
  const [text, setText] = useState(() => relative(at));
  useEffect(() => {
    const read = () => setText(relative(at));
    read();
    return readClock(read);
  }, [at]);
  return <time dateTime={at} title={new Date(at).toLocaleString()} className="nowrap">{text}</time>;
}

/** Text that one wants elsewhere, with a button that copies it. */
export function Copyable({ text, label }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = window.setTimeout(() => setCopied(false), 1500);
    return () => window.clearTimeout(timer);
  }, [isCopied]);
  return (
    <span className="row" style={{ gap: 4, maxWidth: '100%' }}>
      <code className="cut" title={text}>{label ?? text}</code>
      <Button look="plain" isSmall icon={isCopied ? 'check-lg' : 'files'} aria-label={isCopied ? 'Copied' : `Copy ${label ?? text}`}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))} />
    </span>
  );
}

export function Badge({ look, children, title }: { look?: 'good' | 'warn' | 'bad' | 'accent'; children: ReactNode; title?: string }) {
  return <span className={`badge ${look ?? ''}`} title={title}>{children}</span>;
}

/** A picture of a plugin, or its first letter; in a list the letter until its row rests in sight. */
export function PluginIcon({ name, url, isLarge }: { name: string; url: string | null | undefined; isLarge?: boolean }) {
  const [isBroken, setBroken] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const isAtRest = useRest(place, !isLarge && !!url);
  return (
    <span ref={place} className={`plugin-icon ${isLarge ? 'large' : ''}`} aria-hidden="true">
      {url && !isBroken && isAtRest ? <img src={url} alt="" onError={() => setBroken(true)} /> : name.slice(0, 1).toUpperCase()}
    </span>
  );
}

export function Progress({ done, total, label }: { done: number; total: number; label: string }) {
  const part = total > 0 ? Math.min(1, done / total) : 0;
  return (
    <div className="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100}
      aria-valuenow={total > 0 ? Math.round(part * 100) : undefined}>
      <div style={{ width: `${total > 0 ? part * 100 : 35}%` }} />
    </div>
  );
}

/** A small chart of numbers, oldest first. `label` says what a glance would. */
export function Spark({ values, label }: { values: number[]; label: string }) {
  const title = useId();
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? 92 / (values.length - 1) : 92;
  const points = values.map((value, place) => `${(place * step).toFixed(1)},${(23 - (value / most) * 21).toFixed(1)}`).join(' ');
  return (
    <svg className={most === 1 && values.every((value) => value === 0) ? 'spark flat' : 'spark'} viewBox="0 0 92 24" role="img" aria-labelledby={title} preserveAspectRatio="none">
      <title id={title}>{label}</title>
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

/** What an empty page teaches: one sentence, one button, one link. */
export function Empty({ icon, title, level: Heading = 'h2', children, action }: {
  icon: string; title: string; level?: 'h1' | 'h2'; children?: ReactNode; action?: ReactNode;
}) {
  return (
    <div className="card empty">
      <Icon name={icon} />
      <Heading>{title}</Heading>
      {children && <p className="quiet" style={{ maxWidth: 460 }}>{children}</p>}
      {action}
    </div>
  );
}
