import type { RetentionView } from '@apiary/common/messages/retention.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { byteSize, countOf, roundNumber } from '../../components/figures.ts';
import { IconPlus } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { retentionApi } from '../../state/retention.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useStore } from '../../state/use-store.ts';
import { RetentionForm } from './retention-form.tsx';
import { SectionState } from './section-state.tsx';

/** How long what is stored stays: by age and by size, for each class. */
export function RetentionSection() {
  const { session } = useServices();
  const state = useStore(session.state);
  const isAdmin = state.kind === 'signed-in' && state.actor.role === 'admin';
  const { value, failure, reload } = useLoaded(retentionApi.read);
  const [edited, setEdited] = useState<{ readonly name: string | undefined }>();
  const classes = value?.classes ?? [];
  const open = classes.find(({ name }) => name === edited?.name);
  return (
    <section className="ap-sheet" aria-labelledby="retention">
      <div className="ap-sheet-head">
        <h2 id="retention">Retention</h2>
        <span className="ap-faint">how long what is stored stays, by the tags of its target</span>
        {isAdmin ? (
          <Button
            leftSection={<IconPlus size={16} stroke={2} />}
            onClick={() => setEdited({ name: undefined })}
          >
            Add a class
          </Button>
        ) : null}
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {value && edited ? (
        <RetentionForm
          key={edited.name ?? ' new'}
          classes={classes}
          sizes={value.sizes}
          edited={open}
          onDone={() => {
            setEdited(undefined);
            void reload();
          }}
          onCancel={() => setEdited(undefined)}
        />
      ) : null}
      {value ? (
        <ClassTable
          classes={classes}
          onEdit={isAdmin ? (name) => setEdited({ name }) : undefined}
        />
      ) : null}
      {value ? (
        <p className="ap-sheet-text">
          {roundNumber(value.sizes.open.records)} lines of {byteSize(value.sizes.open.rawBytes)} are
          not sealed yet; no limit touches them.
          {value.sizes.diskBytes === undefined
            ? ''
            : ` The store takes ${byteSize(value.sizes.diskBytes)} on disk.`}
        </p>
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
            <th>Since</th>
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
              <td className="ap-faint">{each.firstDay ?? ''}</td>
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
