import type { Panel } from '@apiary/common/messages/dashboard.ts';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { TimeRange } from '../../state/time-range.ts';
import { COLUMNS_MAX, COLUMNS_MIN, gripId, PanelTools } from './panel-tools.tsx';
import { PanelView } from './panel-view.tsx';

/** What arranging asks for. */
interface Arranging {
  readonly move: (id: string, to: number) => void;
  readonly widen: (panel: Panel, by: number) => void;
  readonly remove: (panel: Panel) => void;
}

/** Panels on twelve columns; arranging is dragging, the arrow keys on a panel's handle, or its buttons. */
export function PanelGrid(props: {
  readonly panels: readonly Panel[];
  readonly range: TimeRange;
  readonly arranging: boolean;
  readonly onArrange: (panels: readonly Panel[], words: string) => void;
}) {
  const { panels, range, arranging, onArrange } = props;
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<string>();
  const focusAgain = useFocusAfterMove(panels);
  if (panels.length === 0) {
    return <p className="ap-faint">No panel yet. Add one with Panel above.</p>;
  }
  const arrange = arrangingOf(panels, onArrange);
  const end = () => {
    setDragged(undefined);
    setOver(undefined);
  };
  const onKey = (event: KeyboardEvent, panel: Panel, at: number) => {
    const by = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    focusAgain(panel.id);
    if (event.shiftKey) arrange.widen(panel, by);
    else arrange.move(panel.id, at + by);
  };
  return (
    <ul className="ap-board" data-testid="panels">
      {panels.map((panel, at) => (
        <li
          key={panel.id}
          className={`ap-sheet ap-panel ap-span-${panel.columns}`}
          draggable={arranging}
          data-arranging={arranging || undefined}
          data-over={(over === panel.id && dragged !== panel.id) || undefined}
          onDragStart={() => setDragged(panel.id)}
          onDragEnd={end}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(panel.id);
          }}
          onDrop={() => {
            if (dragged !== undefined && dragged !== panel.id) arrange.move(dragged, at);
            end();
          }}
        >
          {arranging ? (
            <PanelTools
              panel={panel}
              isFirst={at === 0}
              isLast={at === panels.length - 1}
              onKey={(event) => onKey(event, panel, at)}
              onMove={(by) => arrange.move(panel.id, at + by)}
              onWiden={(by) => arrange.widen(panel, by)}
              onRemove={() => arrange.remove(panel)}
            />
          ) : null}
          <PanelView panel={panel} range={range} />
        </li>
      ))}
    </ul>
  );
}

function arrangingOf(
  panels: readonly Panel[],
  onArrange: (panels: readonly Panel[], words: string) => void,
): Arranging {
  const others = (id: string) => panels.filter((each) => each.id !== id);
  return {
    move: (id, to) => {
      const panel = panels.find((each) => each.id === id);
      if (!panel || to < 0 || to >= panels.length) return;
      onArrange(others(id).toSpliced(to, 0, panel), `Moved ${panel.title}`);
    },
    widen: (panel, by) => {
      const columns = panel.columns + by;
      if (columns < COLUMNS_MIN || columns > COLUMNS_MAX) return;
      const next = panels.map((each) => (each.id === panel.id ? { ...panel, columns } : each));
      onArrange(next, `${panel.title} takes ${columns} of 12 columns`);
    },
    remove: (panel) => onArrange(others(panel.id), `Removed ${panel.title}`),
  };
}

/** A panel that moves in the page loses the focus; its handle gets it back. */
function useFocusAfterMove(panels: readonly Panel[]): (id: string) => void {
  const moved = useRef<string>(undefined);
  const places = panels.map(({ id, columns }) => `${id} ${columns}`).join();
  useEffect(() => {
    if (moved.current === undefined || places === '') return;
    document.getElementById(gripId(moved.current))?.focus();
    moved.current = undefined;
  }, [places]);
  return (id) => {
    moved.current = id;
  };
}
