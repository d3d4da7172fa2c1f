import type { AgentView, Target } from '@apiary/common/messages/agent.ts';
import type { Suggestion } from '@apiary/common/messages/host-view.ts';
import { Button, Checkbox } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { byteSize, countOf } from '../../components/figures.ts';
import { safeText } from '../../log-list/display.ts';
import { hostView } from '../../state/host.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { TargetFact } from '../agents/target-table.tsx';
import { shownUrl } from '../agents/target-url.ts';

/** More than so much is not ticked by itself: it would drown the rest. */
const LOUD_BYTES = 100_000_000;

/** What a Bee has found on its host, ticked but for what is loud; one click watches it. */
export function SuggestionsStep(props: {
  readonly agent: AgentView;
  readonly targets: readonly Target[];
}) {
  const { agent, targets } = props;
  const { fleet, notices } = useServices();
  const load = useCallback(() => hostView.suggestions(agent.id), [agent.id]);
  const { value, failure, reload } = useLoaded(load);
  const [changed, setChanged] = useState<ReadonlyMap<string, boolean>>(new Map());
  const { life } = agent;
  // A Bee that has just been let in is asked again when it is heard.
  useEffect(() => {
    if (life === 'alive') void reload();
  }, [life, reload]);
  const open = value?.suggestions.filter((each) => each.open && !each.watched) ?? [];
  const isTicked = (each: Suggestion) => changed.get(each.url) ?? !isLoud(each);
  const ticked = open.filter(isTicked).map(({ url }) => url);
  const watch = async () => {
    const wanted = { agents: [agent.id], urls: ticked, tags: [], history: true };
    await notices.act(
      () => fleet.addTargets(wanted),
      `Watching ${countOf(ticked.length, 'target')}`,
    );
    await reload();
  };
  return (
    <div className="ap-first-suggestions">
      {targets.length > 0 ? <Watched targets={targets} /> : null}
      {value || failure ? null : <p className="ap-faint">Asking what is there…</p>}
      {failure ? (
        <p className="ap-bad">
          {failure}{' '}
          <button type="button" className="ap-link" onClick={() => void reload()}>
            Ask again
          </button>
        </p>
      ) : null}
      {open.length > 0 ? (
        <>
          <ul aria-label={`Found on ${safeText(agent.name)}`}>
            {open.map((each) => (
              <li key={each.url}>
                <Checkbox
                  checked={isTicked(each)}
                  label={safeText(shownUrl(each.url))}
                  onChange={() => setChanged(new Map(changed).set(each.url, !isTicked(each)))}
                />
                <span className={isLoud(each) ? 'ap-warn-text' : 'ap-faint'}>
                  {safeText(noteOf(each))}
                </span>
              </li>
            ))}
          </ul>
          <p>
            <Button
              variant={targets.length > 0 ? 'default' : 'filled'}
              disabled={ticked.length === 0}
              onClick={() => void watch()}
            >
              {ticked.length === 1 ? 'Watch this one' : `Watch these ${ticked.length}`}
            </Button>
          </p>
        </>
      ) : null}
      {value && open.length === 0 && targets.length === 0 ? (
        <p className="ap-faint">Nothing was found that its owner allows to be read.</p>
      ) : null}
      <Link href={`/agents/add?agents=${agent.id}`} className="ap-link">
        Watch something else
      </Link>
    </div>
  );
}

function Watched(props: { readonly targets: readonly Target[] }) {
  return (
    <ul aria-label="Watched">
      {props.targets.map(({ id, url, status }) => (
        <li key={id}>
          <span className="ap-mono ap-grow">
            <bdi>{safeText(shownUrl(url))}</bdi>
          </span>
          <TargetFact state={status.state} reason={status.reason} files={status.files} />
        </li>
      ))}
    </ul>
  );
}

function isLoud({ bytes = 0 }: Suggestion): boolean {
  return bytes > LOUD_BYTES;
}

function noteOf(suggestion: Suggestion): string {
  const { title, files, bytes } = suggestion;
  const facts = [
    title,
    ...(files === undefined ? [] : [countOf(files, 'file')]),
    ...(bytes === undefined ? [] : [byteSize(bytes)]),
    ...(isLoud(suggestion) ? ['a lot: not ticked'] : []),
  ];
  return facts.join(', ');
}
