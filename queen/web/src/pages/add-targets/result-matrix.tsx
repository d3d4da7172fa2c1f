import type { TargetResult } from '@apiary/common/messages/actions/agentmanager.ts';
import type { Target } from '@apiary/common/messages/agent.ts';
import { Button } from '@mantine/core';
import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { standingOf } from '../../components/agent-standing.ts';
import { countOf } from '../../components/figures.ts';
import { IconRefresh } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { useServices } from '../../state/services.ts';
import { useStore } from '../../state/use-store.ts';
import { TargetFact } from '../agents/target-table.tsx';
import { shownUrl } from '../agents/target-url.ts';

/** Agent × target, each cell a fact that keeps up with what the Bee says. */
export function ResultMatrix(props: {
  readonly results: readonly TargetResult[];
  readonly onAgain: (agents: readonly string[], urls: readonly string[]) => void;
  readonly onUndone: () => void;
}) {
  const { fleet, notices } = useServices();
  const { agents, targets } = useStore(fleet.fleet);
  const results = props.results.map((result) => current(result, targets));
  const urls = [...new Set(results.map((result) => result.url))];
  const rows = Map.groupBy(results, (result) => result.agent);
  const failed = results.filter((result) => result.state === 'failed');
  const active = results.filter((result) => result.state === 'active');
  const waiting = results.length - failed.length - active.length;
  const undo = () => {
    const ids = results.flatMap((result) => (result.target === undefined ? [] : [result.target]));
    void notices
      .act(() => (ids.length > 0 ? fleet.removeTargets(ids) : Promise.resolve()), 'Undone')
      .then(props.onUndone);
  };
  return (
    <>
      <section className="ap-sheet" aria-label="Results" data-testid="results">
        <div className="ap-results-head">
          <strong>
            {active.length} of {results.length} watched
          </strong>
          <span className="ap-faint ap-grow">{rest(failed.length, waiting)}</span>
          {failed.length > 0 ? (
            <Button
              leftSection={<IconRefresh size={15} />}
              onClick={() =>
                props.onAgain(
                  [...new Set(failed.map((result) => result.agent))],
                  [...new Set(failed.map((result) => result.url))],
                )
              }
            >
              Try the {failed.length} again
            </Button>
          ) : null}
        </div>
        <ScrollRegion label="Results by agent">
          <table className="ap-table">
            <thead>
              <tr>
                <th>Agent</th>
                {urls.map((url) => (
                  <th key={url} className="ap-mono">
                    <bdi>{safeText(shownUrl(url))}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...rows].map(([id, cells]) => {
                const agent = agents.get(id);
                return (
                  <tr key={id}>
                    <th scope="row" className="ap-cell-name">
                      {agent ? <AgentHexagon standing={standingOf(agent)} /> : null}
                      <bdi>{safeText(cells[0]?.name ?? id)}</bdi>
                    </th>
                    {urls.map((url) => {
                      const cell = cells.find((result) => result.url === url);
                      return (
                        <td key={url}>
                          {cell ? <TargetFact state={cell.state} reason={cell.reason} /> : null}
                        </td>
                      );
                    })}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </ScrollRegion>
      </section>
      <p className="ap-faint">
        <button type="button" className="ap-link" onClick={undo}>
          Undo all of it
        </button>
      </p>
    </>
  );
}

/** The result with what has become of its target since. */
function current(result: TargetResult, targets: ReadonlyMap<string, Target>): TargetResult {
  const target = result.target === undefined ? undefined : targets.get(result.target);
  if (!target) return result;
  const { state, reason, files } = target.status;
  const fact = reason ?? (files === undefined ? undefined : countOf(files, 'file'));
  return { ...result, state, ok: state !== 'failed', reason: fact };
}

function rest(failed: number, waiting: number): string {
  const parts: string[] = [];
  if (failed > 0) parts.push(`${failed} could not start`);
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? 'waits' : 'wait'}`);
  return parts.join(', ');
}
