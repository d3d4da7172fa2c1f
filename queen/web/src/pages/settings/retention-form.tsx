import { tagSchema } from '@apiary/common/messages/agent.ts';
import {
  DEFAULT_CLASS,
  type RetentionClass,
  type RetentionView,
  retentionClassSchema,
} from '@apiary/common/messages/retention.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { byteSize, countOf, roundNumber } from '../../components/figures.ts';
import { messageOf } from '../../state/http.ts';
import {
  type Loss,
  lossOf,
  retentionApi,
  type StoreSizes,
  setClasses,
} from '../../state/retention.ts';
import { useServices } from '../../state/services.ts';
import { ActForm, Field } from './act-form.tsx';
import { ConfirmForm } from './confirm-form.tsx';

const GIGABYTE = 1_000_000_000;

/** A change that is ready to be sent, and what it deletes. */
interface Change {
  readonly name: string;
  readonly classes: readonly RetentionClass[];
  readonly loss: Loss;
  readonly verb: string;
}

/** A class's tags and limits. What deletes nothing is done at once and can be undone; what deletes asks first. */
export function RetentionForm(props: {
  readonly classes: readonly RetentionView[];
  readonly sizes: StoreSizes;
  /** Undefined: a new one. */
  readonly edited: RetentionView | undefined;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { classes, sizes, edited, onDone, onCancel } = props;
  const { notices } = useServices();
  const [asked, setAsked] = useState<Change>();
  const before = setClasses(classes);
  const go = async (change: Change) => {
    const words = `${change.verb} ${change.name}`;
    await retentionApi.replace(change.classes);
    // What was deleted does not come back, so there is nothing to undo.
    if (change.loss.storedBytes > 0) notices.say(words);
    else notices.say(words, () => retentionApi.replace(before));
    onDone();
  };
  /** Does it, or asks first. */
  const propose = async (change: Change) => {
    if (change.loss.storedBytes > 0) setAsked(change);
    else await go(change);
  };
  const loss = (name: string, limits: Pick<RetentionClass, 'days' | 'bytes'>) =>
    lossOf({ name, partitions: sizes.partitions }, limits, Date.now());
  const change = (form: FormData) => {
    const next = classOf(form, edited);
    const rest = before.filter(({ name }) => name !== edited?.name);
    const at = edited ? before.findIndex(({ name }) => name === edited.name) : 0;
    const verb = edited ? 'Changed' : 'Added';
    return propose({
      name: next.name,
      classes: rest.toSpliced(Math.max(0, at), 0, next),
      loss: loss(next.name, next),
      verb,
    });
  };
  if (asked) {
    return (
      <ConfirmForm
        verb={`Delete ${byteSize(asked.loss.storedBytes)}`}
        consequence={consequenceOf(asked)}
        name={asked.name}
        act={() => go(asked)}
        onDone={() => undefined}
        onCancel={onCancel}
      />
    );
  }
  const isDefault = edited?.name === DEFAULT_CLASS;
  const remove = async () => {
    if (!edited) return;
    await propose({
      name: edited.name,
      classes: before.filter(({ name }) => name !== edited.name),
      loss: loss(edited.name, before.find(({ name }) => name === DEFAULT_CLASS) ?? {}),
      verb: 'Removed',
    }).catch((thrown: unknown) => notices.say(messageOf(thrown)));
  };
  return (
    <ActForm verb={edited ? 'Keep it so' : 'Add'} act={change} onDone={noop} onCancel={onCancel}>
      <ClassFields edited={edited} isDefault={isDefault} />
      {edited && !isDefault ? (
        <Button variant="subtle" color="gray" onClick={() => void remove()}>
          Remove this class
        </Button>
      ) : null}
    </ActForm>
  );
}

function ClassFields(props: {
  readonly edited: RetentionView | undefined;
  readonly isDefault: boolean;
}) {
  const { edited, isDefault } = props;
  return (
    <>
      {edited ? null : (
        <Field
          label="Name"
          name="name"
          pattern="[a-z][a-z0-9\-]{0,31}"
          title="lower-case letters, digits, hyphens"
        />
      )}
      {isDefault ? null : (
        <Field label="Tags that choose it" name="tags" initial={edited?.tags.join(' ') ?? ''} />
      )}
      <Field
        label="Days; empty = for ever"
        name="days"
        type="number"
        initial={String(edited?.days ?? '')}
        required={false}
      />
      <Field
        label="Gigabytes on disk; empty = any"
        name="gigabytes"
        pattern="[0-9]+([.][0-9]+)?"
        title="a number, 0.07 or more"
        initial={edited?.bytes === undefined ? '' : String(edited.bytes / GIGABYTE)}
        required={false}
      />
    </>
  );
}

const noop = () => {};

/** What the form says. @throws Error in words for the person */
function classOf(form: FormData, edited: RetentionView | undefined): RetentionClass {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const tags = text('tags')
    .split(/[\s,]+/)
    .filter((tag) => tag !== '');
  const bad = tags.find((tag) => !tagSchema.safeParse(tag).success);
  if (bad !== undefined) throw new Error(`${bad} is no tag: letters, digits, _, - or .`);
  const gigabytes = text('gigabytes');
  const parsed = retentionClassSchema.safeParse({
    name: edited?.name ?? text('name'),
    tags,
    ...(text('days') !== '' && { days: Number(text('days')) }),
    ...(gigabytes !== '' && { bytes: Math.round(Number(gigabytes) * GIGABYTE) }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path[0] === 'bytes' ? 'gigabytes' : String(issue?.path[0] ?? 'class');
  throw new Error(`${field}: ${issue?.message ?? 'not valid'}`);
}

function consequenceOf({ name, loss, verb }: Change): string {
  const [first] = loss.days;
  const last = loss.days.at(-1);
  const span =
    first === last ? `of ${first}` : `of ${countOf(loss.days.length, 'day')}, ${first} to ${last}`;
  const why = verb === 'Removed' ? 'as default says' : 'with these limits';
  return `${name}: ${why}, about ${roundNumber(loss.records)} lines in ${byteSize(loss.storedBytes)} ${span} are deleted at once. They do not come back.`;
}
