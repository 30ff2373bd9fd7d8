import type { CardField, ModelCard } from '../api/types';

export function ModelCardView({ card }: { card: ModelCard }) {
  return (
    <div className="stack">
      <p><strong>{card.modelName}</strong> {card.version}{card.releaseDate && <span className="quiet"> · {card.releaseDate}</span>}
        {card.learnMoreUrl && <> · <a href={card.learnMoreUrl} target="_blank" rel="noreferrer noopener">Learn more</a></>}</p>
      {card.sections.map((section) => (
        <section key={section.id} className="stack tight">
          <h3>{section.title}</h3>
          {section.groups?.length
            ? section.groups.map((group) => <div key={group.title} className="stack tight"><strong className="small">{group.title}</strong><Fields fields={group.fields} /></div>)
            : <Fields fields={section.fields ?? []} />}
        </section>
      ))}
    </div>
  );
}

function Fields({ fields }: { fields: CardField[] }) {
  return <dl className="facts">{fields.map((field) => [<dt key={field.label}>{field.label}</dt>, <dd key={`${field.label} value`} style={{ whiteSpace: 'pre-wrap' }}>{field.value}</dd>])}</dl>;
}
