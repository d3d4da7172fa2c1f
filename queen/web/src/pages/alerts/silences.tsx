import type { Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { nextOccurrences } from '@apiary/common/time/recurrence.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { useMayEdit } from '../../components/use-may-edit.ts';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { useNow } from '../../state/use-now.ts';
import { newSilence, type SilenceDraft, silenceDraftOf } from './silence-draft.ts';
import { SilenceForm } from './silence-form.tsx';
import { coveredWords, occurrenceWords, quietNow, recurrenceWords } from './silence-words.ts';

const NEXT_SHOWN = 3;

/** Silences and maintenance windows that are not over, and a form that makes and changes them. */
export function Silences(props: {
  readonly silences: readonly Silence[];
  readonly rules: readonly Rule[];
  readonly onChanged: () => Promise<void>;
}) {
  const { silences, rules, onChanged } = props;
  const now = useNow(10_000);
  const mayEdit = useMayEdit();
  const search = useSearch();
  const [edited, setEdited] = useState<Silence>();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const initial = edited ? silenceDraftOf(edited, now, zone) : namedIn(search, now, zone);
  const quiet = new Map(quietNow(silences, now).map((each) => [each.silence.id, each.untilMs]));
  const done = async () => {
    setEdited(undefined);
    await onChanged();
  };
  return (
    <>
      <section className="ap-sheet" aria-label="Silences">
        {silences.length === 0 ? (
          <p className="ap-panel-empty">Nothing is silenced: everybody is told of every alert.</p>
        ) : null}
        <ul data-testid="silences">
          {silences.map((silence) => (
            <SilenceRow
              key={silence.id}
              silence={silence}
              rules={rules}
              times={{ now, quietUntilMs: quiet.get(silence.id) }}
              onEdit={mayEdit ? () => setEdited(silence) : undefined}
              onChanged={done}
            />
          ))}
        </ul>
      </section>
      {mayEdit ? (
        <SilenceForm
          key={edited?.id ?? 'new'}
          initial={initial}
          before={edited}
          rules={rules}
          onDone={done}
        />
      ) : null}
    </>
  );
}

/** What an alert's own menu put into the address. */
function namedIn(search: string, now: number, zone: string): SilenceDraft {
  const named = new URLSearchParams(search);
  const text = (name: string) => named.get(name) ?? '';
  const [rule, host, tag, fields] = ['rule', 'host', 'tag', 'fields'].map(text);
  const draft = newSilence(now, zone);
  const isNamed = named.has('rule');
  return {
    ...draft,
    ...{ rule: rule ?? '', host: host ?? '', tag: tag ?? '', fields: fields ?? '' },
    time: isNamed ? 'own' : draft.time,
  };
}

function SilenceRow(props: {
  readonly silence: Silence;
  readonly rules: readonly Rule[];
  readonly times: { readonly now: number; readonly quietUntilMs: number | undefined };
  readonly onEdit: (() => void) | undefined;
  readonly onChanged: () => Promise<void>;
}) {
  const { silence, rules, onEdit, onChanged } = props;
  const { now, quietUntilMs } = props.times;
  const { notices } = useServices();
  const covered = coveredWords(silence, rules);
  const end = () =>
    notices.act(
      async () => {
        await alerting.endSilence(silence.id);
        await onChanged();
      },
      silence.recurs ? 'Ended the maintenance window' : 'Ended the silence',
      async () => {
        await alerting.silence(silence);
        await onChanged();
      },
    );
  return (
    <li className="ap-silence" data-quiet={quietUntilMs !== undefined}>
      <span className="ap-grow">
        <strong>
          <bdi>{covered}</bdi>
        </strong>
        {silence.recurs ? <span>{recurrenceWords(silence.recurs)}</span> : null}
        <span className="ap-faint">
          <bdi>{safeText(`${silence.createdBy}: ${silence.reason || 'no reason given'}`)}</bdi>
        </span>
        <Next silence={silence} now={now} isQuiet={quietUntilMs !== undefined} />
      </span>
      <span className={quietUntilMs === undefined ? 'ap-faint' : 'ap-quiet-now'}>
        {quietUntilMs === undefined
          ? 'not now'
          : `quiet now, ${lengthText(Math.max(0, quietUntilMs - now))} left`}
      </span>
      {onEdit ? (
        <>
          <Button aria-label={`Change ${covered}`} onClick={onEdit}>
            Change
          </Button>
          <Button aria-label={`End it: ${covered}`} onClick={() => void end()}>
            End it
          </Button>
        </>
      ) : null}
    </li>
  );
}

/** The next times, where there is more to say than that it is on. */
function Next(props: {
  readonly silence: Silence;
  readonly now: number;
  readonly isQuiet: boolean;
}) {
  const { silence, now, isQuiet } = props;
  const times = nextOccurrences(silence, now, NEXT_SHOWN + 1)
    .filter(({ fromMs }) => fromMs > now)
    .slice(0, NEXT_SHOWN);
  const head = isQuiet ? 'then' : 'next';
  return times.length === 0 ? null : (
    <span className="ap-faint">
      {head} {times.map(occurrenceWords).join(' · ')}
    </span>
  );
}
