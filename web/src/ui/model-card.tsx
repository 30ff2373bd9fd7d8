import type { ReactNode } from 'react';
import type { CardField, ModelCard } from '../api/types';

/** With this many sections at most, all are open at first. */
const openMax = 3;

/** What an integration says about the model behind its signals. */
export function ModelCardView({ card }: { card: ModelCard }) {
  const isOpen = card.sections.length <= openMax;
  return (
    <div className="stack">
      <p><strong>{card.modelName}</strong> {card.version}{card.releaseDate && <span className="quiet"> · {card.releaseDate}</span>}
        {card.learnMoreUrl && <> · <a href={card.learnMoreUrl} target="_blank" rel="noreferrer noopener">Learn more</a></>}</p>
      {card.sections.map((section) => (
        <details key={section.id} className="stack tight" open={isOpen}>
          <summary><h3 style={{ display: 'inline' }}>{section.title}</h3></summary>
          {section.groups?.length
            ? section.groups.map((group) => <div key={group.title} className="stack tight"><strong className="small">{group.title}</strong><Fields fields={group.fields} /></div>)
            : <Fields fields={section.fields ?? []} />}
        </details>
      ))}
    </div>
  );
}

function Fields({ fields }: { fields: CardField[] }) {
  if (fields.length === 0) return <p className="quiet small">Nothing is written here.</p>;
  return <dl className="facts">{fields.map((field) => [<dt key={field.label}>{field.label}</dt>, <dd key={`${field.label} value`} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{linked(field.value)}</dd>])}</dl>;
}

const linked = (value: string): ReactNode => (/^https?:\/\//.test(value) ? <a href={value} target="_blank" rel="noreferrer noopener">{value}</a> : value);
