import type { Letter } from '@apiary/common/messages/letters.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';

/** What a message holds; editable where it may be edited. */
export function LetterText(props: {
  readonly letter: Letter;
  readonly text: string | undefined;
  readonly onEdit: (text: string | undefined) => void;
}) {
  const { letter, text, onEdit } = props;
  const label = `What the message ${letter.id.slice(0, 12)} holds`;
  if (letter.text === undefined) {
    return <p className="ap-letter-reason ap-faint">What it holds cannot be shown as text.</p>;
  }
  if (letter.fixed !== undefined || letter.isCut) {
    return (
      <>
        <ScrollRegion label={label}>
          <pre className="ap-letter-text">
            {safeText(letter.text)}
            {letter.isCut ? '\n…' : ''}
          </pre>
        </ScrollRegion>
        {letter.fixed ? <p className="ap-letter-reason ap-faint">{letter.fixed}</p> : null}
      </>
    );
  }
  return (
    <>
      <textarea
        className="ap-letter-text"
        aria-label={label}
        rows={8}
        spellCheck={false}
        value={text ?? letter.text}
        onChange={(event) => onEdit(event.currentTarget.value)}
      />
      {text === undefined || text === letter.text ? null : (
        <p className="ap-letter-reason">
          Changed.{' '}
          <button type="button" className="ap-link" onClick={() => onEdit(undefined)}>
            Take the change back
          </button>
        </p>
      )}
    </>
  );
}
