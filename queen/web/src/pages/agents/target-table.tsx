import type { Target } from '@apiary/common/messages/agent.ts';
import { countOf } from '../../components/figures.ts';
import { IconCheck, IconClock, IconTrash, IconX } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { shownUrl } from './target-url.ts';

/** The targets of an agent, each with what became of it. */
export function TargetTable(props: { readonly targets: readonly Target[] }) {
  const { fleet, notices } = useServices();
  const remove = (target: Target) => {
    const { agent, url, tags, history } = target;
    void notices.act(
      () => fleet.removeTargets([target.id]),
      `Removed ${shownUrl(url)}`,
      () => fleet.addTargets({ agents: [agent], urls: [url], tags, history }),
    );
  };
  return (
    <ScrollRegion label="Targets" className="ap-sheet">
      <table className="ap-table" data-testid="targets">
        <thead>
          <tr>
            <th>Target</th>
            <th>Tags</th>
            <th>State</th>
            <th>
              <span className="ap-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.targets.map((target) => (
            <tr key={target.id} data-target={target.id}>
              <th scope="row" className="ap-mono">
                <bdi>{safeText(shownUrl(target.url))}</bdi>
              </th>
              <td>
                {target.tags.map((tag) => (
                  <span key={tag} className="ap-tag">
                    {safeText(tag)}
                  </span>
                ))}
              </td>
              <td>
                <TargetFact
                  state={target.status.state}
                  reason={target.status.reason}
                  files={target.status.files}
                />
              </td>
              <td className="ap-number">
                <button
                  type="button"
                  className="ap-text-button"
                  aria-label={`Remove ${safeText(shownUrl(target.url))}`}
                  onClick={() => remove(target)}
                >
                  <IconTrash size={16} stroke={1.6} aria-hidden="true" />
                  Remove
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** What became of a target: a sign and a fact. */
export function TargetFact(props: {
  readonly state: 'waiting' | 'active' | 'failed' | 'removed';
  readonly reason: string | undefined;
  readonly files?: number | undefined;
}) {
  const { state, reason, files } = props;
  if (state === 'active') {
    return (
      <span className="ap-fact ap-fact-ok">
        <IconCheck size={16} stroke={1.8} aria-hidden="true" />
        {reason ? safeText(reason) : files === undefined ? 'watched' : countOf(files, 'file')}
      </span>
    );
  }
  if (state === 'failed') {
    return (
      <span className="ap-fact ap-fact-failed">
        <IconX size={16} stroke={1.8} aria-hidden="true" />
        {reason ? safeText(reason) : 'failed'}
      </span>
    );
  }
  return (
    <span className="ap-fact ap-fact-waiting">
      <IconClock size={16} stroke={1.8} aria-hidden="true" />
      {reason ? safeText(reason) : state === 'removed' ? 'removed' : 'waits for the Bee'}
    </span>
  );
}
