import { type Dashboard, PANEL_KINDS, type Panel } from '@apiary/common/messages/dashboard.ts';
import { useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import type { SearchAddress } from '../../state/address.ts';
import { dashboardsApi } from '../../state/dashboards.ts';
import { savedRange } from '../../state/saved-queries.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { columnsOf, KIND_WORDS } from '../dashboards/panel-form.tsx';
import { ActForm, Field } from '../settings/act-form.tsx';

const TITLE_CHARACTERS_MAX = 120;

/** Makes a panel of this search, on a dashboard that is there or a new one. */
export function PinForm(props: { readonly address: SearchAddress; readonly onDone: () => void }) {
  const { address } = props;
  const { notices } = useServices();
  const { value: dashboards, failure } = useLoaded(dashboardsApi.list);
  const [chosen, setChosen] = useState<string>();
  const onto = dashboards?.find(({ id }) => id === (chosen ?? dashboards[0]?.id));
  const title = address.query.trim() === '' ? 'All lines' : address.query.trim();
  const pin = async (form: FormData) => {
    const text = (name: string) => String(form.get(name)).trim();
    const kind = PANEL_KINDS.find((each) => each === text('kind')) ?? 'number';
    const panel: Panel = {
      id: crypto.randomUUID(),
      title: text('title'),
      kind,
      query: address.query,
      columns: columnsOf(kind),
      ...(address.fields.length > 0 && { fields: [...address.fields] }),
    };
    const before = onto && inputOf(onto);
    const { id, name } = await dashboardsApi.save(
      before
        ? { ...before, panels: [...before.panels, panel] }
        : { name: text('name') || 'New dashboard', panels: [panel], ...rangeOf(address) },
    );
    notices.say(`Added to ${safeText(name)}`, () =>
      before ? dashboardsApi.save(before) : dashboardsApi.remove(id),
    );
  };
  return (
    <ActForm
      verb="Add to dashboard"
      primary
      act={pin}
      onDone={props.onDone}
      onCancel={props.onDone}
    >
      {failure ? <p className="ap-menu-empty ap-bad">{failure}</p> : null}
      <label className="ap-field">
        <span>Dashboard</span>
        <select
          className="ap-input"
          value={onto?.id ?? ''}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {dashboards?.map(({ id, name }) => (
            <option key={id} value={id}>
              {safeText(name)}
            </option>
          ))}
          <option value="">a new one</option>
        </select>
      </label>
      {onto ? null : <Field label="Name of a new one" name="name" required={false} />}
      <label className="ap-field">
        <span>Shown as</span>
        <select className="ap-input" name="kind" defaultValue="bars">
          {PANEL_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {KIND_WORDS[kind]}
            </option>
          ))}
        </select>
      </label>
      <label className="ap-field">
        <span>Title</span>
        <input
          className="ap-input"
          name="title"
          required
          maxLength={TITLE_CHARACTERS_MAX}
          defaultValue={title.slice(0, TITLE_CHARACTERS_MAX)}
        />
      </label>
    </ActForm>
  );
}

/** A dashboard looks back from now, or at everything. */
function rangeOf({ range }: SearchAddress): { readonly range?: string } {
  const text = savedRange(range);
  return text === undefined || text.includes('/') ? {} : { range: text };
}

/** What is sent to save a dashboard as it is. */
function inputOf({ id, name, range, panels, shared }: Dashboard) {
  return { id, name, range, panels, shared };
}
