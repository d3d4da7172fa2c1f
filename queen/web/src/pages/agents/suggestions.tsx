import type { Suggestion } from '@apiary/common/messages/host-view.ts';
import { Button } from '@mantine/core';
import { useCallback } from 'react';
import { byteSize, countOf } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { hostView } from '../../state/host.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { shownUrl } from './target-url.ts';

/** What was found on a host and is not watched yet. */
export function SuggestionsPanel(props: { readonly agent: string }) {
  const { agent } = props;
  const { fleet, notices } = useServices();
  const load = useCallback(() => hostView.suggestions(agent), [agent]);
  const { value, failure, reload } = useLoaded(load);
  const open = value?.suggestions.filter(({ watched }) => !watched) ?? [];
  const watch = async (url: string) => {
    const act = () => fleet.addTargets({ agents: [agent], urls: [url], tags: [], history: false });
    await notices.act(act, `Watching ${shownUrl(url)}`);
    await reload();
  };
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="suggestions">
      <div className="ap-panel-head">
        <h2 id="suggestions">Found here, not watched yet</h2>
      </div>
      {failure ? <p className="ap-panel-empty">{failure}</p> : null}
      {value && open.length === 0 ? (
        <p className="ap-panel-empty">Everything that was found is watched.</p>
      ) : null}
      {value || failure ? null : <p className="ap-panel-empty">Asking the Bee…</p>}
      <ul>
        {open.map((suggestion) => (
          <li key={suggestion.url} className="ap-suggestion">
            <div className="ap-grow">
              <span className="ap-mono">
                <bdi>{safeText(shownUrl(suggestion.url))}</bdi>
              </span>
              <p className="ap-faint">{safeText(noteOf(suggestion))}</p>
            </div>
            {suggestion.open ? (
              <Button
                aria-label={`Watch ${safeText(shownUrl(suggestion.url))}`}
                onClick={() => void watch(suggestion.url)}
              >
                Watch
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function noteOf({ title, files, bytes, open, reason }: Suggestion): string {
  const facts = [
    title,
    ...(files === undefined ? [] : [countOf(files, 'file')]),
    ...(bytes === undefined ? [] : [byteSize(bytes)]),
    ...(open ? [] : [reason ?? 'closed by its owner']),
  ];
  return facts.join(', ');
}
