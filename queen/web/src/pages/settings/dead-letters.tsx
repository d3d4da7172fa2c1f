import type { Letter } from '@apiary/common/messages/letters.ts';
import { Button } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { byteSize, countOf, wholeNumber } from '../../components/figures.ts';
import { useHealth } from '../../components/use-health.ts';
import { safeText } from '../../log-list/display.ts';
import { type LetterPile, letterDesk } from '../../state/letters.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from '../agents/ago.ts';
import { LetterText } from './letter-text.tsx';
import './dead-letters.css';
import { SectionState } from './section-state.tsx';

/** Messages that were put aside: what they are, why, and what may be done about them. */
export function DeadLettersSection() {
  return (
    <>
      <Pile
        queue="dead"
        title="Dead letters"
        note="messages that could not be taken"
        empty="Every message so far could be read."
      />
      <Pile
        queue="quarantine"
        title="Quarantine"
        note="log data of Bees that are not approved; approving a Bee queues it again by itself"
        empty="No Bee without approval has sent log data."
      />
    </>
  );
}

function Pile(props: {
  readonly queue: LetterPile;
  readonly title: string;
  readonly note: string;
  readonly empty: string;
}) {
  const { queue, title } = props;
  const { notices } = useServices();
  const { health } = useHealth();
  const load = useCallback(() => letterDesk.list(queue), [queue]);
  const { value, failure, reload } = useLoaded(load);
  const count = queue === 'dead' ? health?.dead : health?.quarantined;
  // The count is pushed; what is behind it is read when it changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the count is what it waits for
  useEffect(() => void reload(), [count, reload]);
  const letters = value?.letters ?? [];
  const decide = async (ids: readonly string[], action: 'requeue' | 'discard', text?: string) => {
    const words = action === 'requeue' ? 'Queued again' : 'Discarded';
    const act = async () => {
      const { results } = await letterDesk.decide(queue, ids, action, text);
      const trouble = results.find(({ reason }) => reason !== undefined)?.reason;
      if (trouble !== undefined) throw new Error(trouble);
    };
    await notices.act(act, `${words} ${countOf(ids.length, 'message')}`);
    await reload();
  };
  return (
    <section className="ap-sheet" aria-labelledby={`pile-${queue}`}>
      <div className="ap-sheet-head">
        <h2 id={`pile-${queue}`}>
          {title} {value ? <span className="ap-faint">{wholeNumber(value.waiting)}</span> : null}
        </h2>
        {letters.length > 1 ? (
          <Button
            onClick={() =>
              void decide(
                letters.map(({ id }) => id),
                'requeue',
              )
            }
          >
            Queue all {letters.length} again
          </Button>
        ) : null}
      </div>
      <p className="ap-sheet-text">
        {value && letters.length === 0 ? props.empty : sentence(props.note)}
      </p>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      <ul className="ap-letters">
        {letters.map((letter) => (
          <LetterRow
            key={letter.id}
            letter={letter}
            onDecide={(action, text) => void decide([letter.id], action, text)}
          />
        ))}
      </ul>
    </section>
  );
}

function sentence(note: string): string {
  return `${note.slice(0, 1).toUpperCase()}${note.slice(1)}.`;
}

function LetterRow(props: {
  readonly letter: Letter;
  readonly onDecide: (action: 'requeue' | 'discard', text?: string) => void;
}) {
  const { letter, onDecide } = props;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState<string>();
  const now = useNow(10_000);
  const from = letter.host ?? letter.agent?.slice(0, 12) ?? 'an unknown sender';
  return (
    <li className="ap-letter">
      <div className="ap-letter-head">
        <button
          type="button"
          className="ap-letter-title"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <strong>{safeText(letter.type)}</strong> from <bdi>{safeText(from)}</bdi>
          {letter.copies > 1 ? <span className="ap-faint">, {letter.copies} copies</span> : null}
        </button>
        <span className="ap-faint">
          {byteSize(letter.bytes)}
          {letter.atMs === undefined ? '' : `, ${agoText(letter.atMs, now)}`}
        </span>
        <Button onClick={() => onDecide('requeue', text)}>Queue again</Button>
        <Button onClick={() => onDecide('discard')}>Discard</Button>
      </div>
      <p className="ap-bad ap-letter-reason">{safeText(letter.reason)}</p>
      <p className="ap-letter-reason">{letter.explanation}</p>
      {open ? <LetterText letter={letter} text={text} onEdit={setText} /> : null}
    </li>
  );
}
