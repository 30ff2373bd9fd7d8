import type { ConfigurationField } from '../api/types';
import { Badge, Button } from './basics';

/** The value as the text that is edited; an unset one is empty. */
export function editableText(field: ConfigurationField): string {
  const { value } = field;
  if (value === undefined || value === null) return '';
  switch (field.kind) {
    case 'list': return Array.isArray(value) ? value.map(String).join('\n') : '';
    case 'choices': return JSON.stringify(value);
    case 'choice': return JSON.stringify(value);
    case 'json': return JSON.stringify(value, null, 2);
    default: return String(value);
  }
}

/** What the text means; an empty text takes the value away. */
export function readText(field: ConfigurationField, text: string): { value: unknown } | { wrong: string } {
  if (text.trim() === '' && field.kind !== 'text' && field.kind !== 'longText') return { value: null };
  switch (field.kind) {
    case 'number':
    case 'integer': {
      const value = Number(text.trim());
      if (!Number.isFinite(value)) return { wrong: 'Write a number.' };
      if (field.kind === 'integer' && !Number.isInteger(value)) return { wrong: 'Write a whole number.' };
      return { value };
    }
    case 'boolean': return { value: text === 'true' };
    case 'list': return { value: text.split('\n').map((line) => line.trim()).filter(Boolean) };
    case 'choice':
    case 'choices':
    case 'json':
      try {
        return { value: JSON.parse(text) };
      } catch (error) {
        return { wrong: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
      }
    default: return { value: text === '' ? null : text };
  }
}

const sources = { default: 'default', hub: 'set for everybody', organisation: 'set here', file: 'from the configuration file', environment: 'from the environment' };

interface Props {
  field: ConfigurationField;
  text: string;
  onText: (text: string) => void;
  /** A new value, null to take it away, undefined to leave it. */
  secret: string | null | undefined;
  onSecret: (secret: string | null | undefined) => void;
  wrong?: string | undefined;
  isOff: boolean;
}

/** One field of a plugin's settings. */
export function ConfigField(props: Props) {
  const { field, wrong } = props;
  const id = `field-${field.key}`;
  const described = [field.help ? `${id}-help` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ') || undefined;
  const isGroup = field.kind === 'choices';
  return (
    <div className="field">
      <div className="row spread">
        {isGroup ? <span className="label" id={`${id}-label`}>{field.label}{field.required && <Required />}</span>
          : <label htmlFor={id}>{field.label}{field.required && <Required />}</label>}
        {field.isSet && field.source && <Badge>{sources[field.source]}</Badge>}
      </div>
      {field.secret ? <SecretInput {...props} id={id} described={described} /> : <ValueInput {...props} id={id} described={described} />}
      {field.help && <span id={`${id}-help`} className="quiet small">{field.help}</span>}
      {wrong && <span id={`${id}-wrong`} className="wrong" role="alert">{wrong}</span>}
    </div>
  );
}

function Required() {
  return <span className="quiet" style={{ fontWeight: 400 }}> (required)</span>;
}

type Wired = Props & { id: string; described: string | undefined };

function ValueInput({ field, text, onText, isOff, wrong, id, described }: Wired) {
  const common = { id, disabled: isOff, 'aria-describedby': described, 'aria-invalid': wrong ? true : undefined, 'aria-required': field.required || undefined } as const;
  const fallback = field.default === undefined || field.default === null ? '' : typeof field.default === 'string' ? field.default : JSON.stringify(field.default);
  const placeholder = field.placeholder ?? (fallback && `default: ${fallback}`);
  switch (field.kind) {
    case 'boolean': {
      const isOn = text === '' ? field.default === true : text === 'true';
      return (
        <span className="row">
          <input {...common} type="checkbox" role="switch" checked={isOn} style={{ width: 18, height: 18, accentColor: 'var(--pb-accent)' }}
            onChange={(event) => onText(event.target.checked ? 'true' : 'false')} />
          <span className="quiet">{isOn ? 'on' : 'off'}</span>
        </span>
      );
    }
    case 'choice':
      return (
        <select {...common} className="input" value={text} onChange={(event) => onText(event.target.value)}>
          <option value="">{fallback ? `Default: ${labelOf(field, field.default)}` : 'Choose…'}</option>
          {(field.options ?? []).map((option) => <option key={option.label} value={JSON.stringify(option.value)}>{option.label}</option>)}
        </select>
      );
    case 'choices': {
      const chosen: string[] = text ? (JSON.parse(text) as unknown[]).map((one) => JSON.stringify(one)) : [];
      return (
        <div role="group" aria-labelledby={`${id}-label`} aria-describedby={described} className="stack tight">
          {(field.options ?? []).map((option, place) => {
            const key = JSON.stringify(option.value);
            return (
              <label key={key} className="check" style={{ fontWeight: 400 }}>
                <input id={place === 0 ? id : undefined} type="checkbox" disabled={isOff} checked={chosen.includes(key)} onChange={(event) => {
                  const next = (field.options ?? []).map((one) => JSON.stringify(one.value)).filter((one) => (one === key ? event.target.checked : chosen.includes(one)));
                  onText(next.length > 0 ? `[${next.join(',')}]` : '');
                }} />
                {option.label}
              </label>
            );
          })}
        </div>
      );
    }
    case 'longText':
    case 'list':
    case 'json':
      return (
        <textarea {...common} className={`input ${field.kind === 'json' ? 'mono' : ''}`} spellCheck={field.kind === 'longText'} value={text}
          placeholder={placeholder || (field.kind === 'list' ? 'One a line' : undefined)} rows={field.kind === 'json' ? 8 : 4} onChange={(event) => onText(event.target.value)} />
      );
    default:
      return (
        <input {...common} className="input" value={text} placeholder={placeholder} inputMode={field.kind === 'integer' ? 'numeric' : field.kind === 'number' ? 'decimal' : undefined}
          autoComplete="off" spellCheck={false} onChange={(event) => onText(event.target.value)} />
      );
  }
}

function labelOf(field: ConfigurationField, value: unknown): string {
  return field.options?.find((option) => JSON.stringify(option.value) === JSON.stringify(value))?.label ?? String(value);
}

/** A secret that is set shows only that; a new one is typed blind and leaves this page when it is saved. */
function SecretInput({ field, secret, onSecret, isOff, wrong, id, described }: Wired) {
  if (field.isSet && secret === undefined) {
    return (
      <div className="row wrap">
        <span className="input row" style={{ maxWidth: 260 }}><span aria-hidden="true">••••••••</span><span className="visually-hidden">A value is set.</span></span>
        {!isOff && <Button isSmall icon="pencil" onClick={() => onSecret('')}>Replace<span className="visually-hidden"> {field.label}</span></Button>}
        {!isOff && <Button isSmall icon="trash" onClick={() => onSecret(null)}>Take away<span className="visually-hidden"> {field.label}</span></Button>}
      </div>
    );
  }
  if (secret === null) {
    return <div className="row wrap"><span className="removed">Will be taken away when you save.</span><Button isSmall onClick={() => onSecret(undefined)}>Keep it</Button></div>;
  }
  return (
    <div className="row">
      <input id={id} className="input" type="password" autoFocus={field.isSet} autoComplete="new-password" spellCheck={false} disabled={isOff} aria-describedby={described}
        aria-invalid={wrong ? true : undefined} aria-required={field.required || undefined} placeholder={field.placeholder ?? ''} value={secret ?? ''}
        onChange={(event) => onSecret(event.target.value === '' && !field.isSet ? undefined : event.target.value)} />
      {field.isSet && <Button isSmall onClick={() => onSecret(undefined)}>Keep the old one</Button>}
    </div>
  );
}
