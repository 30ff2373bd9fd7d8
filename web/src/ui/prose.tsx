import { createElement, useMemo } from 'react';
import type { ReactNode } from 'react';

const tags = new Set([
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 'del', 'blockquote', 'hr', 'br', 'table', 'thead', 'tbody',
  'tr', 'th', 'td',
]);
const depthMax = 40;

/**
 * Text of a package, made into HTML by the hub's Markdown in safe mode.
 *
 * It is parsed into a document that nothing runs in, and built anew here from tags of the list above, so that no markup of a package ever
 * reaches the page as markup. (Debian's DOMPurify 2.4.1 fails on every input: its `sanitize` reads a variable that is nowhere declared.)
 */
export function Prose({ html }: { html: string }) {
  const content = useMemo(() => children(new DOMParser().parseFromString(html, 'text/html').body, 0), [html]);
  return <div className="prose">{content}</div>;
}

function children(node: Node, depth: number): ReactNode[] {
  return depth > depthMax ? [] : [...node.childNodes].map((child, place) => built(child, place, depth + 1));
}

function built(node: Node, key: number, depth: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element) && node.nodeType !== Node.ELEMENT_NODE) return null;
  const element = node as Element;
  const tag = element.tagName.toLowerCase();
  if (tag === 'a') {
    const href = element.getAttribute('href') ?? '';
    const inside = children(element, depth);
    return /^(https?:|mailto:)/i.test(href) ? <a key={key} href={href} target="_blank" rel="noreferrer noopener">{inside}</a> : <span key={key}>{inside}</span>;
  }
  if (tag === 'script' || tag === 'style' || tag === 'template') return null;
  // A package's headings stand below the page's own.
  const shown = /^h[1-6]$/.test(tag) ? `h${Math.min(6, Number(tag[1]) + 2)}` : tag;
  if (!tags.has(tag)) return <span key={key}>{children(element, depth)}</span>;
  // What scrolls sideways is reached by keys as well.
  if (tag === 'pre') return <pre key={key} tabIndex={0}>{children(element, depth)}</pre>;
  return tag === 'hr' || tag === 'br' ? createElement(shown, { key }) : createElement(shown, { key }, ...children(element, depth));
}
