import { tagSchema } from '@apiary/common/messages/agent.ts';
import { useState } from 'react';
import { IconX } from '../../components/icons.ts';

/** Tags that travel with every line of the new targets. */
export function TagList(props: {
  readonly tags: readonly string[];
  readonly onChange: (tags: readonly string[]) => void;
}) {
  const { tags, onChange } = props;
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState<string>();
  const add = () => {
    const words = typed.split(/[\s,]+/).filter((word) => word !== '');
    const bad = words.find((word) => !tagSchema.safeParse(word).success);
    if (bad !== undefined) {
      setWrong('A tag is 1 to 64 letters, digits, _, - or .');
      return;
    }
    onChange([...new Set([...tags, ...words])]);
    setTyped('');
    setWrong(undefined);
  };
  return (
    <section className="ap-sheet ap-add-part" aria-labelledby="add-tags">
      <div className="ap-add-title">
        <span className="ap-add-number">2</span>
        <h2 id="add-tags">Tags</h2>
      </div>
      <form
        className="ap-add-form"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div className="ap-chips">
          {tags.map((tag) => (
            <button
              key={tag}
              type="button"
              className="ap-chip"
              aria-label={`${tag}, take out`}
              onClick={() => onChange(tags.filter((other) => other !== tag))}
            >
              {tag} <IconX size={13} stroke={1.8} aria-hidden="true" />
            </button>
          ))}
        </div>
        <input
          className="ap-input"
          aria-label="Tag"
          aria-invalid={wrong !== undefined}
          placeholder="prod"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={add}
        />
        {wrong ? (
          <p className="ap-bad" role="alert">
            {wrong}
          </p>
        ) : (
          <p className="ap-faint">
            Tags travel with every line. Search them as <code>tag:{tags[0] ?? 'prod'}</code>.
          </p>
        )}
      </form>
    </section>
  );
}
