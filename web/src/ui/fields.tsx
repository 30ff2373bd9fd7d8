import { useId } from 'react';
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from 'react';
import { Icon } from './basics';

interface Around {
  label: string;
  help?: ReactNode;
  wrong?: string | undefined;
}

interface Wired { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean | undefined }

/** A label, the field itself, its help, and what is wrong with it. */
export function Field({ label, help, wrong, children, after }: Around & { children: (wired: Wired) => ReactNode; after?: ReactNode }) {
  const id = useId();
  const described = [help ? `${id}-help` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ') || undefined;
  return (
    <div className="field">
      <div className="row spread"><label htmlFor={id}>{label}</label>{after}</div>
      {children({ id, 'aria-describedby': described, 'aria-invalid': wrong ? true : undefined })}
      {help && <span id={`${id}-help`} className="quiet small">{help}</span>}
      {wrong && <span id={`${id}-wrong`} className="wrong" role="alert">{wrong}</span>}
    </div>
  );
}

export function TextField({ label, help, wrong, ...input }: Around & InputHTMLAttributes<HTMLInputElement>) {
  return <Field label={label} help={help} wrong={wrong}>{(wired) => <input className="input" {...input} {...wired} />}</Field>;
}

export function SelectField({ label, help, wrong, children, ...input }: Around & SelectHTMLAttributes<HTMLSelectElement>) {
  return <Field label={label} help={help} wrong={wrong}>{(wired) => <select className="input" {...input} {...wired}>{children}</select>}</Field>;
}

/** A select without a visible label, for filters. */
export function Filter({ label, value, onChange, options }: {
  label: string; value: string; onChange: (value: string) => void; options: [string, string][];
}) {
  return (
    <select className="input" style={{ width: 'auto' }} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{label}: all</option>
      {options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}
    </select>
  );
}

/** The search of a list; `/` brings the keyboard here (shell/keys). */
export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <div className="search grow" style={{ minWidth: 180 }}>
      <Icon name="search" />
      <input className="input" type="search" data-list-search aria-label={label} placeholder={`${label}…`} value={value}
        onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

export function Check({ label, help, checked, onChange, isOff }: {
  label: ReactNode; help?: ReactNode; checked: boolean; onChange: (checked: boolean) => void; isOff?: boolean;
}) {
  const id = useId();
  return (
    <div className="check">
      <input id={id} type="checkbox" checked={checked} disabled={isOff} onChange={(event) => onChange(event.target.checked)} />
      <div><label htmlFor={id}>{label}</label>{help && <div className="quiet small">{help}</div>}</div>
    </div>
  );
}
