import { createElement, useEffect, useMemo } from 'react';
import { Link } from 'wouter';
import { IconArrowLeft } from '../components/icons.ts';
import { ScrollRegion } from '../components/scroll-region.tsx';
import './docs.css';
import { DOC_PAGES, type DocPage } from './docs/doc-pages.ts';
import { type Block, type Inline, parseMarkdown } from './docs/markdown.ts';

/** A page of the documentation, or the list of them. */
export function DocsPage(props: { readonly name: string | undefined }) {
  const page = DOC_PAGES.get(props.name ?? '');
  const blocks = useMemo(
    () => parseMarkdown(page?.text ?? '').map((block, index) => ({ block, key: String(index) })),
    [page],
  );
  useEffect(() => {
    if (!page) return;
    const id = decodeURIComponent(window.location.hash.slice(1));
    if (id !== '') document.getElementById(id)?.scrollIntoView();
  }, [page]);
  return (
    <div className={page ? 'ap-page ap-docs ap-docs-page' : 'ap-page ap-docs'}>
      <nav aria-label="Documentation">
        <PageList heading="Guides" kind="guides" current={page?.name} />
        <PageList heading="Reference" kind="reference" current={page?.name} />
      </nav>
      <article>
        {page ? (
          <Link href="/docs" className="ap-back ap-docs-back">
            <IconArrowLeft size={16} stroke={1.6} aria-hidden="true" />
            Documentation
          </Link>
        ) : null}
        {page ? (
          blocks.map(({ block, key }) => (
            <div key={key}>
              <BlockView block={block} />
            </div>
          ))
        ) : (
          <>
            <h1>Documentation</h1>
            <p>
              {props.name === undefined ? 'It comes with this version.' : 'There is no such page.'}{' '}
              Everything in it can be found with Ctrl K.
            </p>
          </>
        )}
      </article>
    </div>
  );
}

function PageList(props: {
  readonly heading: string;
  readonly kind: DocPage['kind'];
  readonly current: string | undefined;
}) {
  const pages = [...DOC_PAGES.values()].filter(({ kind }) => kind === props.kind);
  return (
    <>
      <h2>{props.heading}</h2>
      <ul>
        {pages.map(({ name, title }) => (
          <li key={name}>
            <Link href={`/docs/${name}`} aria-current={name === props.current ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function BlockView(props: { readonly block: Block }) {
  const { block } = props;
  if (block.kind === 'heading') {
    return createElement(`h${block.level}`, { id: block.id }, block.text);
  }
  if (block.kind === 'code') {
    return (
      <ScrollRegion label="Example" className="ap-code">
        <pre>{block.text}</pre>
      </ScrollRegion>
    );
  }
  if (block.kind === 'table') return <TableView head={block.head} rows={block.rows} />;
  if (block.kind === 'list') {
    const items = block.items.map((inlines, index) => (
      <li key={keyOf(inlines, index)}>
        <InlineView inlines={inlines} />
      </li>
    ));
    return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  return (
    <p>
      <InlineView inlines={block.inlines} />
    </p>
  );
}

function TableView(props: { readonly head: Inline[][]; readonly rows: Inline[][][] }) {
  return (
    <ScrollRegion label="Table" className="ap-sheet">
      <table>
        <thead>
          <tr>
            {props.head.map((cell, index) => (
              <th key={keyOf(cell, index)}>
                <InlineView inlines={cell} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, index) => (
            <tr key={keyOf(row[0] ?? [], index)}>
              {row.map((cell, column) => (
                <td key={keyOf(cell, column)}>
                  <InlineView inlines={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function InlineView(props: { readonly inlines: readonly Inline[] }) {
  return props.inlines.map((inline, index) => {
    const key = `${index} ${inline.text}`;
    if (inline.kind === 'code') return <code key={key}>{inline.text}</code>;
    if (inline.kind === 'strong') return <strong key={key}>{inline.text}</strong>;
    if (inline.kind !== 'link') return inline.text;
    const path = pathOf(inline.href);
    return path === undefined ? (
      inline.text
    ) : (
      <Link key={key} href={path} className="ap-link">
        {inline.text}
      </Link>
    );
  });
}

/** Links lead to other pages of the documentation; those into the sources are text alone. */
function pathOf(href: string): string | undefined {
  const match = /([\w-]+)\.md(#.*)?$/.exec(href);
  return match?.[1] !== undefined && DOC_PAGES.has(match[1])
    ? `/docs/${match[1]}${match[2] ?? ''}`
    : undefined;
}

function keyOf(inlines: readonly Inline[], index: number): string {
  return `${index} ${inlines[0]?.text ?? ''}`;
}
