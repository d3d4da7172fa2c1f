import { safeText } from '../log-list/display.ts';
import { highlightQuery } from './highlight.ts';

/** A query as coloured text. */
export function QueryText(props: { readonly query: string }) {
  const { query } = props;
  let at = 0;
  const parts = highlightQuery(query).map((span) => {
    const plain = query.slice(at, span.from);
    at = span.to;
    return (
      <span key={span.from}>
        {safeText(plain)}
        <span className={span.className}>{safeText(query.slice(span.from, span.to))}</span>
      </span>
    );
  });
  return (
    <bdi className="ap-query-text">
      {parts}
      {safeText(query.slice(at))}
    </bdi>
  );
}
