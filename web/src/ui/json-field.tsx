import { useState } from 'react';
import { Field } from './fields';

/** A value as JSON while somebody writes it: what it says, or why it cannot be read. Empty is no value. */
export function readJSON(text: string, kind?: 'object'): { value: unknown } | { wrong: string } {
  if (text.trim() === '') return { value: undefined };
  try {
    const value: unknown = JSON.parse(text);
    if (kind === 'object' && (value === null || typeof value !== 'object' || Array.isArray(value))) return { wrong: 'Write an object: {"name": "value"}.' };
    return { value };
  } catch (error) {
    return { wrong: `This is no JSON yet: ${error instanceof Error ? error.message : 'it cannot be read'}.` };
  }
}

/** JSON as it is shown to somebody who will edit it. */
export const shownJSON = (value: unknown): string => (value === undefined || value === null ? '' : JSON.stringify(value, null, 2));

export function JSONField({ label, help, value, kind, rows = 5, onChange }: {
  label: string; help?: string; value: string; kind?: 'object'; rows?: number; onChange: (text: string) => void;
}) {
  // While one types it is unfinished; what is wrong is said once the field is left.
  const [isLeft, setLeft] = useState(false);
  const read = readJSON(value, kind);
  return (
    <Field label={label} help={help} wrong={isLeft && 'wrong' in read ? read.wrong : undefined}>
      {(wired) => (
        <textarea {...wired} className="input mono" rows={rows} spellCheck={false} value={value}
          onBlur={() => setLeft(true)} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
