import { PANEL_KINDS, type Panel } from '@apiary/common/messages/dashboard.ts';
import { useEffect } from 'react';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { useStore } from '../../state/use-store.ts';
import { ActForm, Field } from '../settings/act-form.tsx';
import '../settings.css';

/** Words for the kinds of panels. */
export const KIND_WORDS: Readonly<Record<Panel['kind'], string>> = {
  number: 'Number',
  lines: 'Lines over time',
  bars: 'Bars over time',
  donut: 'Donut',
  table: 'Table',
  log: 'Log lines',
};

/** A new panel, from a saved query or a query that is typed. */
export function PanelForm(props: {
  readonly onAdd: (panel: Panel) => Promise<void>;
  readonly onCancel: () => void;
}) {
  const { savedQueries } = useServices();
  const { queries } = useStore(savedQueries.state);
  useEffect(() => savedQueries.load(), [savedQueries]);
  const add = async (form: FormData) => {
    const saved = queries.find(({ id }) => id === form.get('saved'));
    const typed = String(form.get('title')).trim();
    const kind = PANEL_KINDS.find((each) => each === form.get('kind')) ?? 'number';
    await props.onAdd({
      id: crypto.randomUUID(),
      title: typed === '' ? (saved?.name ?? KIND_WORDS[kind]) : typed,
      kind,
      query: saved?.query ?? String(form.get('query')),
      columns: columnsOf(kind),
      ...(saved?.fields && { fields: saved.fields }),
    });
  };
  return (
    <section className="ap-sheet" aria-label="A new panel">
      <ActForm
        verb="Add the panel"
        primary
        act={add}
        onDone={() => undefined}
        onCancel={props.onCancel}
      >
        <label className="ap-form-field">
          <span>Shown as</span>
          <select className="ap-input" name="kind">
            {PANEL_KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {KIND_WORDS[kind]}
              </option>
            ))}
          </select>
        </label>
        <label className="ap-form-field">
          <span>Saved query</span>
          <select className="ap-input" name="saved">
            <option value="">none, as typed</option>
            {queries.map(({ id, name }) => (
              <option key={id} value={id}>
                {safeText(name)}
              </option>
            ))}
          </select>
        </label>
        <Field label="Query; empty = all lines" name="query" required={false} />
        <Field label="Title" name="title" required={false} />
      </ActForm>
    </section>
  );
}

/** Columns of twelve that a new panel takes. */
export function columnsOf(kind: Panel['kind']): number {
  if (kind === 'number') return 3;
  return kind === 'log' ? 12 : 6;
}
