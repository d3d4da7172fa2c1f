/** What the palette finds: one thing to go to or to do. */

/** Groups in the order in which the palette shows them, with their headings. */
export const PALETTE_GROUPS = {
  agent: 'Agents',
  query: 'Saved queries',
  dashboard: 'Dashboards',
  rule: 'Rules',
  page: 'Pages',
  doc: 'Documentation',
} as const;

/** A key of {@link PALETTE_GROUPS}. */
export type PaletteGroup = keyof typeof PALETTE_GROUPS;

/** One entry. */
export interface PaletteItem {
  /** Unique over all groups. */
  readonly id: string;
  readonly group: PaletteGroup;
  readonly title: string;
  /** Beside the title, faint. */
  readonly note: string;
  /** More words by which it is found. */
  readonly words: string;
  /** Where it leads. */
  readonly path: string;
}
