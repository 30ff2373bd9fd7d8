import { useState } from 'react';
import type { ItemField, Scalar } from '../../api/types-rules';
import { userAddress } from '../../api/types-users';
import { Link } from '../../shell/router';
import { Button } from '../../ui/basics';
import { fieldScalar } from '../rules/model/fits';
import type { Catalogue } from '../rules/model/words';

/** Letters of a text that are shown at once. */
const lettersMax = 2000;
const valuesMax = 50;

/** What came in, as its submitters' people would see it: fields in their type's order, then what the type does not know. */
export function ItemView({ data, typeId, catalogue }: { data: Record<string, unknown>; typeId: string; catalogue: Catalogue }) {
  const type = catalogue.types.find((one) => one.id === typeId);
  const known = (type?.schema ?? []).filter((field) => data[field.name] !== undefined && data[field.name] !== null);
  const others = Object.keys(data).filter((name) => !known.some((field) => field.name === name));
  return (
    <div className="stack">
      <dl className="facts item-facts">
        {known.map((field) => [<dt key={field.name}>{field.name}</dt>, <dd key={`${field.name} value`}><FieldValue field={field} value={data[field.name]} /></dd>])}
        {others.map((name) => [<dt key={name}>{name}</dt>, <dd key={`${name} value`}><Value name={name} value={data[name]} /></dd>])}
      </dl>
      <details>
        <summary className="small">As JSON</summary>
        <pre className="stack-text" tabIndex={0}>{JSON.stringify(data, null, 2)}</pre>
      </details>
    </div>
  );
}

function FieldValue({ field, value }: { field: ItemField; value: unknown }) {
  const scalar = fieldScalar(field);
  if (!field.container || typeof value !== 'object' || value === null) return <Value name={field.name} scalar={scalar} value={value} />;
  const list = Array.isArray(value) ? value.map((one, place): [string, unknown] => [String(place), one]) : Object.entries(value);
  if (list.length === 0) return <span className="quiet">none</span>;
  return (
    <ul className="stack tight">
      {list.slice(0, valuesMax).map(([key, one]) => <li key={key}>{!Array.isArray(value) && <span className="quiet">{key}: </span>}<Value name={field.name} scalar={scalar} value={one} /></li>)}
      {list.length > valuesMax && <li className="quiet small">and {list.length - valuesMax} more</li>}
    </ul>
  );
}

function Value({ name, scalar, value }: { name: string; scalar?: Scalar; value: unknown }): JSX.Element {
  if (value === null || value === undefined || value === '') return <span className="quiet">nothing</span>;
  if (typeof value === 'boolean') return <>{value ? 'yes' : 'no'}</>;
  if (scalar === 'IMAGE' || scalar === 'VIDEO' || scalar === 'AUDIO' || scalar === 'MEDIA') return <Media name={name} scalar={scalar} value={value} />;
  if (scalar === 'USER_ID' && isReference(value)) return <Link href={userAddress(value)}>{value.id}</Link>;
  if (scalar === 'RELATED_ITEM' && isReference(value)) return <Link href={`/items?q=${encodeURIComponent(value.id)}`}>{value.id}</Link>;
  if (scalar === 'DATETIME' && typeof value === 'string' && !Number.isNaN(Date.parse(value))) return <time dateTime={value} title={value}>{new Date(value).toLocaleString()}</time>;
  if (scalar === 'URL' && typeof value === 'string') return <Address text={value} />;
  return <Text text={typeof value === 'object' ? JSON.stringify(value) : String(value)} />;
}

const isReference = (value: unknown): value is { id: string; typeId: string } =>
  typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string' && typeof (value as { typeId?: unknown }).typeId === 'string';

function Text({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  return (
    <>
      <span className="item-text">{isWhole ? text : text.slice(0, lettersMax)}</span>
      {!isWhole && text.length > lettersMax && <>… <Button isSmall onClick={() => setWhole(true)}>Show all {text.length} letters</Button></>}
    </>
  );
}

/** Where it leads is seen before it is opened, and nothing is told to whoever runs it. */
function Address({ text }: { text: string }) {
  return /^https?:\/\//i.test(text) ? <a href={text} target="_blank" rel="noreferrer noopener nofollow">{text}</a> : <span className="item-text">{text}</span>;
}

/** Pictures are fetched from where they lie, and are not always fit to be seen: only when somebody asks. */
function Media({ name, scalar, value }: { name: string; scalar: Scalar; value: unknown }) {
  const [isShown, setShown] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const { url, mediaType } = (typeof value === 'object' && value !== null ? value : { url: value }) as { url?: unknown; mediaType?: unknown };
  if (typeof url !== 'string') return <Text text={JSON.stringify(value)} />;
  const isPicture = (scalar === 'IMAGE' || mediaType === 'IMAGE') && url.startsWith('https://');
  return (
    <div className="stack tight">
      <Address text={url} />
      {isPicture && !isShown && <span><Button isSmall icon="eye" onClick={() => setShown(true)}>Show the picture</Button></span>}
      {isShown && (isBroken ? <span className="quiet small" role="status">It could not be fetched.</span>
        : <img className="item-picture" src={url} alt={`The picture in ${name}`} referrerPolicy="no-referrer" onError={() => setBroken(true)} />)}
    </div>
  );
}
