import { storeActions } from '@apiary/common/messages/actions/store.ts';
import type { RetentionView } from '@apiary/common/messages/retention.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { byteSize, countOf, roundNumber } from '../../components/figures.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { callApi } from '../../state/http.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useStore } from '../../state/use-store.ts';
import { ActForm, Field } from './act-form.tsx';

const ROUTE = '/api/store/retention';
const answerSchema = storeActions.readRetention.response;

const load = async () => (await callApi(ROUTE, answerSchema)).classes;

/** How long what is stored stays. */
export function RetentionSection() {
  const { session } = useServices();
  const state = useStore(session.state);
  const isAdmin = state.kind === 'signed-in' && state.actor.role === 'admin';
  const { value: classes, failure, reload } = useLoaded(load);
  const [edited, setEdited] = useState<string>();
  const open = classes?.find(({ name }) => name === edited);
  return (
    <section className="ap-sheet" aria-labelledby="retention">
      <div className="ap-sheet-head">
        <h2 id="retention">Retention</h2>
        <span className="ap-faint">how long what is stored stays, by the tags of its target</span>
      </div>
      {failure ? <p className="ap-sheet-text ap-bad">{failure}</p> : null}
      {classes ? <ClassTable classes={classes} onEdit={isAdmin ? setEdited : undefined} /> : null}
      {classes && open ? (
        <ClassForm
          key={open.name}
          classes={classes}
          edited={open}
          onDone={() => {
            setEdited(undefined);
            void reload();
          }}
          onCancel={() => setEdited(undefined)}
        />
      ) : null}
    </section>
  );
}

function ClassTable(props: {
  readonly classes: readonly RetentionView[];
  readonly onEdit: ((name: string) => void) | undefined;
}) {
  const { onEdit } = props;
  return (
    <ScrollRegion label="Retention classes">
      <table className="ap-table" data-testid="retention">
        <thead>
          <tr>
            <th>Class</th>
            <th>Tags</th>
            <th>Kept</th>
            <th className="ap-number">Lines</th>
            <th className="ap-number">Stored</th>
            <th>
              <span className="ap-hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.classes.map((each) => (
            <tr key={each.name}>
              <th scope="row">{each.name}</th>
              <td>
                {each.tags.length === 0 ? 'whatever is left' : safeText(each.tags.join(', '))}
              </td>
              <td>{keptText(each)}</td>
              <td className="ap-number">{roundNumber(each.records)}</td>
              <td className="ap-number">{byteSize(each.storedBytes)}</td>
              <td className="ap-number">
                {onEdit && each.active ? (
                  <Button aria-label={`Change ${each.name}`} onClick={() => onEdit(each.name)}>
                    Change
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function keptText({ days, bytes, active }: RetentionView): string {
  if (!active) return 'removed; goes as default says';
  const bounds = [
    ...(days === undefined ? [] : [countOf(days, 'day')]),
    ...(bytes === undefined ? [] : [byteSize(bytes)]),
  ];
  return bounds.length === 0 ? 'for ever' : `${bounds.join(', or ')}`;
}

/** A shorter life deletes at once what is past it, so it wants the class's name typed. */
function ClassForm(props: {
  readonly classes: readonly RetentionView[];
  readonly edited: RetentionView;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { classes, edited } = props;
  const { notices } = useServices();
  const act = async (form: FormData) => {
    const days = String(form.get('days')).trim();
    const body = {
      classes: classes
        .filter(({ active }) => active)
        .map(({ name, tags, days: oldDays, bytes }) => {
          const kept = name === edited.name ? (days === '' ? undefined : Number(days)) : oldDays;
          return { name, tags, ...(kept && { days: kept }), ...(bytes && { bytes }) };
        }),
    };
    await callApi(ROUTE, answerSchema, { method: 'POST', body });
  };
  const done = () => {
    notices.say(`Changed how long ${edited.name} is kept`);
    props.onDone();
  };
  return (
    <>
      <p className="ap-sheet-text">
        {edited.name} holds {roundNumber(edited.records)} lines in {byteSize(edited.storedBytes)}.
        What is older than the new time is deleted at once and does not come back.
      </p>
      <ActForm verb="Keep it so long" act={act} onDone={done} onCancel={props.onCancel}>
        <Field
          label="Days; empty = for ever"
          name="days"
          type="number"
          initial={String(edited.days ?? '')}
          required={false}
        />
        <Field
          label={`Type ${edited.name} to confirm`}
          name="confirm"
          pattern={edited.name}
          title={edited.name}
        />
      </ActForm>
    </>
  );
}
