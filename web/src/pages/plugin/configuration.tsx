import { useEffect, useState } from 'react';
import { api } from '../../api/client';
import { useResource, useWork } from '../../api/resource';
import type { Configuration, ConfigurationField } from '../../api/types';
import { useQuery } from '../../shell/router';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/basics';
import { ConfigField, editableText, readText } from '../../ui/config-field';
import { useToast } from '../../ui/overlay';
import { Loaded, ProblemNote } from '../../ui/problem';
import { FreeForm } from './free-form';
import type { PartProps } from './plugin';

/** The form made from the plugin's schema. Values of secrets never come here; they are only written. */
export function ConfigurationPart({ plugin, reload }: PartProps) {
  const { session, may } = useSession();
  const canHub = may('admin:plugins');
  const canOrganisation = may('organisation:manage') && (session?.organisations.length ?? 0) > 0;
  const [asked, setScope] = useQuery('scope');
  // What an integration is given is somebody's own account with its provider: an organisation's, unless somebody means all.
  const isOwn = !canHub || plugin.format === 'coop';
  const scope = asked === 'organisation' || (asked !== 'hub' && isOwn && canOrganisation) ? 'organisation' : 'hub';
  const path = `/plugins/${encodeURIComponent(plugin.id)}/configuration`;
  const configuration = useResource<Configuration>(`${path}?scope=${scope}`);
  const organisation = session?.organisations.find((one) => one.slug === session.organisation)?.name ?? 'this organisation';
  return (
    <div className="stack loose">
      {canHub && canOrganisation && (
        <div className="row wrap" role="group" aria-label="For whom">
          <Button isSmall aria-pressed={scope === 'hub'} look={scope === 'hub' ? 'primary' : undefined} onClick={() => setScope('hub')}>For everybody</Button>
          <Button isSmall aria-pressed={scope === 'organisation'} look={scope === 'organisation' ? 'primary' : undefined} onClick={() => setScope('organisation')}>Only for {organisation}</Button>
        </div>
      )}
      <Loaded from={configuration}>
        {(value) => value.fields.length === 0 && value.further
          ? <FreeForm key={`${scope} ${value.revision}`} value={value} further={value.further} path={path} scope={scope} isOff={scope === 'hub' ? !canHub : !canOrganisation}
            onSaved={(saved) => { configuration.replace(saved); reload(); }} />
          : value.fields.length === 0 ? <div className="card"><p>It has no settings.</p></div>
          : <Form key={`${scope} ${value.revision}`} value={value} path={path} scope={scope} isOff={scope === 'hub' ? !canHub : !canOrganisation}
            onSaved={(saved) => { configuration.replace(saved); reload(); }} />}
      </Loaded>
    </div>
  );
}

interface FormProps { value: Configuration; path: string; scope: string; isOff: boolean; onSaved: (saved: Configuration) => void }

interface Draft { texts: Record<string, string>; secrets: Record<string, string | null> }

function Form({ value, path, scope, isOff, onSaved }: FormProps) {
  const [draft, setDraft] = useState<Draft>(() => ({ texts: startTexts(value.fields), secrets: {} }));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const tell = useToast();
  const start = startTexts(value.fields);
  const changed = value.fields.filter((field) => (field.secret ? field.key in draft.secrets : draft.texts[field.key] !== start[field.key]));

  /** What has to be sent, and what cannot be read as its kind of value. */
  const collect = () => {
    const values: Record<string, unknown> = {};
    const faults: Record<string, string> = {};
    for (const field of changed.filter((one) => !one.secret)) {
      const read = readText(field, draft.texts[field.key] ?? '');
      if ('wrong' in read) faults[field.key] = read.wrong;
      else values[field.key] = read.value;
    }
    return { body: { values, secrets: draft.secrets }, faults };
  };
  // Told while typing, a moment after the last key.
  useEffect(() => {
    if (changed.length === 0) {
      setWrong({});
      return undefined;
    }
    let isGone = false;
    const timer = window.setTimeout(() => {
      const { body, faults } = collect();
      api.post<{ findings: { pointer?: string; message: string }[] }>(`${path}/validate?scope=${scope}`, body).then(
        ({ findings }) => { if (!isGone) setWrong({ ...byField(findings), ...faults }); }, () => { if (!isGone) setWrong(faults); });
    }, 350);
    return () => { isGone = true; window.clearTimeout(timer); };
  }, [draft]);

  const save = useWork(async () => {
    const { body, faults } = collect();
    setWrong(faults);
    const first = Object.keys(faults)[0];
    if (first) {
      document.getElementById(`field-${first}`)?.focus();
      return;
    }
    onSaved(await api.put<Configuration>(`${path}?scope=${scope}`, body, { 'if-match': `"${value.revision}"` }));
    tell('Saved; it counts from the next call.');
  });
  const test = useWork(async () => {
    setResult(await api.post(`${path}/test?scope=${scope}`));
  });
  const [result, setResult] = useState<{ ok: boolean; message: string; details?: string; milliseconds: number } | null>(null);
  const shownWrong = { ...wrong, ...byField(save.problem?.findings ?? []) };

  return (
    <form className="card stack loose" noValidate onSubmit={(event) => { event.preventDefault(); void save.run(); }}>
      {value.fields.map((field) => (
        <ConfigField key={field.key} field={field} isOff={isOff} wrong={shownWrong[field.key]}
          text={draft.texts[field.key] ?? ''} onText={(text) => setDraft({ ...draft, texts: { ...draft.texts, [field.key]: text } })}
          secret={field.key in draft.secrets ? draft.secrets[field.key] : undefined}
          onSecret={(secret) => {
            const secrets = { ...draft.secrets };
            if (secret === undefined) delete secrets[field.key];
            else secrets[field.key] = secret;
            setDraft({ ...draft, secrets });
          }} />
      ))}
      {save.problem && <ProblemNote problem={save.problem} />}
      {test.problem && <ProblemNote problem={test.problem} />}
      {result && (
        <div className={`notice ${result.ok ? 'good' : 'bad'}`} role="status">
          <strong>{result.ok ? 'It works' : 'It does not work'}: {result.message}</strong>
          <span className="quiet small">{Math.round(result.milliseconds)} ms{result.details && ` · ${result.details}`}</span>
        </div>
      )}
      {isOff ? <p className="quiet">You may look at these settings; changing them takes an administrator.</p> : (
        <div className="row wrap">
          <Button look="primary" type="submit" isBusy={save.isBusy} disabled={changed.length === 0}>Save</Button>
          {changed.length > 0 && <Button onClick={() => { setDraft({ texts: start, secrets: {} }); save.clear(); }}>Undo changes</Button>}
          {value.canTest && <Button icon="lightning-charge" isBusy={test.isBusy} disabled={changed.length > 0} title={changed.length > 0 ? 'Save first' : undefined} onClick={() => void test.run()}>Test connection</Button>}
        </div>
      )}
    </form>
  );
}

function startTexts(fields: ConfigurationField[]): Record<string, string> {
  return Object.fromEntries(fields.filter((field) => !field.secret).map((field) => [field.key, editableText(field)]));
}

function byField(findings: { pointer?: string; message: string }[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const finding of findings) {
    const key = finding.pointer?.match(/^\/(?:values|secrets)\/([^/]+)/)?.[1]?.replace(/~1/g, '/').replace(/~0/g, '~');
    if (key && !(key in found)) found[key] = finding.message;
  }
  return found;
}
