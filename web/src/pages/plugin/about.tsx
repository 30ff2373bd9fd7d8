import { Copyable, Icon } from '../../ui/basics';
import { formatNames } from '../../ui/format';
import { ModelCardView } from '../../ui/model-card';
import { Prose } from '../../ui/prose';
import type { PartProps } from './plugin';

/** Readme, model card, publisher, licence, hash, signature. */
export function AboutPart({ plugin }: PartProps) {
  const { manifest, publisher } = plugin;
  return (
    <div className="stack loose">
      <section className="card" aria-label="Facts">
        <dl className="facts">
          <dt>Id</dt><dd><Copyable text={plugin.id} /></dd>
          <dt>Format</dt><dd>{formatNames[plugin.format]}</dd>
          <dt>Publisher</dt><dd>{publisher ? <>{publisher.url ? <Outside href={publisher.url}>{publisher.name}</Outside> : publisher.name}{publisher.keyHint && <span className="quiet"> key {publisher.keyHint}</span>}</> : <span className="quiet">not named</span>}</dd>
          <dt>Signature</dt><dd>{plugin.signed ? 'good' : 'unsigned'}</dd>
          <dt>Licence</dt><dd>{manifest.license ?? <span className="quiet">not named</span>}</dd>
          <dt>Content hash</dt><dd><Copyable text={plugin.contentHash} /></dd>
          {manifest.docsUrl && <><dt>Guide</dt><dd><Outside href={manifest.docsUrl}>{manifest.docsUrl}</Outside></dd></>}
          {manifest.homepageUrl && <><dt>Home page</dt><dd><Outside href={manifest.homepageUrl}>{manifest.homepageUrl}</Outside></dd></>}
          {plugin.tags.length > 0 && <><dt>Tags</dt><dd>{plugin.tags.join(', ')}</dd></>}
        </dl>
      </section>
      {manifest.modelCard && <section className="card" aria-labelledby="model"><h2 id="model">Model card</h2><ModelCardView card={manifest.modelCard} /></section>}
      {manifest.screenshots.length > 0 && (
        <section className="columns" aria-label="Screenshots">
          {manifest.screenshots.map((shot) => <figure key={shot.url} className="card" style={{ margin: 0 }}><img src={shot.url} alt={shot.title ?? 'Screenshot'} style={{ maxWidth: '100%' }} loading="lazy" />{shot.title && <figcaption className="quiet small">{shot.title}</figcaption>}</figure>)}
        </section>
      )}
      <section className="card" aria-labelledby="readme">
        <h2 id="readme">Readme</h2>
        {manifest.readme ? <Prose html={manifest.readme} /> : <p className="quiet">The package has none.</p>}
      </section>
    </div>
  );
}

function Outside({ href, children }: { href: string; children: string }) {
  return <a href={href} target="_blank" rel="noreferrer noopener">{children} <Icon name="box-arrow-up-right" /><span className="visually-hidden"> (opens a new tab)</span></a>;
}
