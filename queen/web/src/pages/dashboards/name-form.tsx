import type { Dashboard } from '@apiary/common/messages/dashboard.ts';
import { Button } from '@mantine/core';
import { ActForm, Field } from '../settings/act-form.tsx';
import '../settings.css';

/** A dashboard's name, who sees it, and its end. */
export function NameForm(props: {
  readonly dashboard: Dashboard;
  readonly onSave: (change: { readonly name?: string; readonly shared?: boolean }) => void;
  readonly onRemove: () => void;
}) {
  const { dashboard, onSave, onRemove } = props;
  const rename = async (form: FormData) => onSave({ name: String(form.get('name')) });
  return (
    <section className="ap-sheet ap-arrange" aria-label="This dashboard">
      <ActForm key={dashboard.name} verb="Rename" act={rename} onDone={() => undefined}>
        <Field label="Name" name="name" initial={dashboard.name} />
      </ActForm>
      <Button onClick={() => onSave({ shared: !dashboard.shared })}>
        {dashboard.shared ? 'Keep it to myself' : 'Share with the team'}
      </Button>
      <Button onClick={onRemove}>Remove this dashboard</Button>
    </section>
  );
}
