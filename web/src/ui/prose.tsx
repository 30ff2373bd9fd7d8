import DOMPurify from 'dompurify';
import { useMemo } from 'react';

/** Text of a package, made into HTML by the hub's Markdown in safe mode, and sanitised once more here. */
export function Prose({ html }: { html: string }) {
  const clean = useMemo(() => DOMPurify.sanitize(html, {
    ALLOWED_TAGS: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'ul', 'ol', 'li', 'pre', 'code', 'em', 'strong', 'del', 'a', 'blockquote', 'hr', 'br', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
    ALLOWED_ATTR: ['href', 'title', 'align'], ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
  }), [html]);
  return <div className="prose" dangerouslySetInnerHTML={{ __html: clean }} />;
}
