/** The documentation that comes with this version, as the build found it. */
const FILES = import.meta.glob<string>('../../../../../docs/{guides,reference}/**/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** One page. */
export interface DocPage {
  /** As it stands in addresses: `query-language`. */
  readonly name: string;
  readonly title: string;
  readonly kind: 'guides' | 'reference';
  readonly text: string;
}

/** All pages by name, guides first. */
export const DOC_PAGES: ReadonlyMap<string, DocPage> = new Map(
  Object.entries(FILES).map(([path, text]) => {
    const name = path.slice(path.lastIndexOf('/') + 1, -'.md'.length);
    const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
    const kind = path.includes('/guides/') ? 'guides' : 'reference';
    return [name, { name, title, kind, text }];
  }),
);
