import { typedTargetUrl } from '@apiary/common/messages/typed-target.ts';
import { useState } from 'react';
import { IconFileText, IconX } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';

/** What to watch: paths and URLs, typed or pasted, one a line. */
export function FileList(props: {
  readonly urls: readonly string[];
  readonly onChange: (urls: readonly string[]) => void;
}) {
  const { urls, onChange } = props;
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState<string>();
  const add = (text: string) => {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    const found = lines.map(typedTargetUrl);
    const bad = lines.find((_, index) => found[index] === undefined);
    if (bad !== undefined) {
      setWrong(`${safeText(bad.slice(0, 80))} is no path and no URL. Start with / or a scheme.`);
      return;
    }
    onChange([...new Set([...urls, ...found.filter((url) => url !== undefined)])]);
    setTyped('');
    setWrong(undefined);
  };
  return (
    <section className="ap-sheet ap-add-part" aria-labelledby="add-files">
      <div className="ap-add-title">
        <span className="ap-add-number">1</span>
        <h2 id="add-files">Files and inputs</h2>
      </div>
      <ul className="ap-add-urls">
        {urls.map((url) => (
          <li key={url}>
            <IconFileText size={16} stroke={1.6} aria-hidden="true" />
            <bdi className="ap-mono">{safeText(url)}</bdi>
            <button
              type="button"
              className="ap-text-button"
              aria-label={`Take out ${safeText(url)}`}
              onClick={() => onChange(urls.filter((other) => other !== url))}
            >
              <IconX size={16} stroke={1.6} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <form
        className="ap-add-form"
        onSubmit={(event) => {
          event.preventDefault();
          add(typed);
        }}
      >
        <input
          className="ap-input ap-mono"
          aria-label="Path or URL"
          aria-invalid={wrong !== undefined}
          placeholder="/var/log/nginx/*.log  journald:"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => typed.trim() !== '' && add(typed)}
          onPaste={(event) => {
            const text = event.clipboardData.getData('text');
            if (!text.includes('\n')) return;
            event.preventDefault();
            add(text);
          }}
        />
        {wrong ? (
          <p className="ap-bad" role="alert">
            {wrong}
          </p>
        ) : (
          <p className="ap-faint">Enter adds it. A path may hold * and ?.</p>
        )}
      </form>
    </section>
  );
}
