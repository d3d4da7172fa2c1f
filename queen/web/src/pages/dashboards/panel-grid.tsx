import type { Panel } from '@apiary/common/messages/dashboard.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { TimeRange } from '../../state/time-range.ts';
import { PanelView } from './panel-view.tsx';

const COLUMNS_MIN = 2;
const COLUMNS_MAX = 12;

/** Panels on twelve columns; arranging is dragging, or the buttons of each panel. */
export function PanelGrid(props: {
  readonly panels: readonly Panel[];
  readonly range: TimeRange;
  readonly arranging: boolean;
  readonly onArrange: (panels: readonly Panel[], words: string) => void;
}) {
  const { panels, range, arranging, onArrange } = props;
  const [dragged, setDragged] = useState<string>();
  if (panels.length === 0) {
    return <p className="ap-faint">No panel yet. Add one with Panel above.</p>;
  }
  const move = (id: string, to: number) => {
    const panel = panels.find((each) => each.id === id);
    if (!panel) return;
    const rest = panels.filter((each) => each.id !== id);
    rest.splice(Math.max(0, Math.min(to, rest.length)), 0, panel);
    onArrange(rest, `Moved ${panel.title}`);
  };
  const drop = (at: number) => {
    if (dragged !== undefined) move(dragged, at);
    setDragged(undefined);
  };
  return (
    <ul className="ap-board" data-testid="panels">
      {panels.map((panel, at) => (
        <li
          key={panel.id}
          className={`ap-sheet ap-panel ap-span-${panel.columns}`}
          draggable={arranging}
          data-arranging={arranging || undefined}
          onDragStart={() => setDragged(panel.id)}
          onDragOver={(event) => event.preventDefault()}
          onDrop={() => drop(at)}
        >
          {arranging ? (
            <PanelTools
              panel={panel}
              isFirst={at === 0}
              isLast={at === panels.length - 1}
              onMove={(by) => move(panel.id, at + by)}
              onChange={(changed, words) =>
                onArrange(
                  panels.flatMap((each) => (each.id === panel.id ? (changed ?? []) : each)),
                  words,
                )
              }
            />
          ) : null}
          <PanelView panel={panel} range={range} />
        </li>
      ))}
    </ul>
  );
}

function PanelTools(props: {
  readonly panel: Panel;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onMove: (by: number) => void;
  /** Without a panel it goes. */
  readonly onChange: (panel: Panel | undefined, words: string) => void;
}) {
  const { panel, isFirst, isLast, onMove, onChange } = props;
  const { title, columns } = panel;
  const widen = (by: number) =>
    onChange({ ...panel, columns: columns + by }, `${title} takes ${columns + by} of 12 columns`);
  return (
    <fieldset className="ap-panel-tools">
      <legend className="ap-hidden">Arrange {title}</legend>
      <Button disabled={isFirst} onClick={() => onMove(-1)}>
        Earlier
      </Button>
      <Button disabled={isLast} onClick={() => onMove(1)}>
        Later
      </Button>
      <Button disabled={columns <= COLUMNS_MIN} onClick={() => widen(-1)}>
        Narrower
      </Button>
      <Button disabled={columns >= COLUMNS_MAX} onClick={() => widen(1)}>
        Wider
      </Button>
      <Button onClick={() => onChange(undefined, `Removed ${title}`)}>Remove</Button>
    </fieldset>
  );
}
