import type { Panel } from '@apiary/common/messages/dashboard.ts';
import { Button } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { IconGripVertical } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';

/** The least that a panel takes of twelve columns. */
export const COLUMNS_MIN = 2;
/** The most. */
export const COLUMNS_MAX = 12;

/** The element of a panel's handle. */
export function gripId(panel: string): string {
  return `grip-${panel}`;
}

/** What can be done with a panel while the dashboard is arranged. */
export function PanelTools(props: {
  readonly panel: Panel;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onKey: (event: KeyboardEvent) => void;
  readonly onMove: (by: number) => void;
  readonly onWiden: (by: number) => void;
  readonly onRemove: () => void;
}) {
  const { panel, onMove, onWiden } = props;
  const { columns } = panel;
  const title = safeText(panel.title);
  return (
    <fieldset className="ap-panel-tools">
      <legend className="ap-hidden">Arrange {title}</legend>
      <button
        type="button"
        id={gripId(panel.id)}
        className="ap-text-button ap-grip"
        aria-label={`Move ${title}: arrows move it, Shift and arrows make it narrower or wider`}
        onKeyDown={props.onKey}
      >
        <IconGripVertical size={16} stroke={1.6} aria-hidden="true" />
      </button>
      <Button disabled={props.isFirst} onClick={() => onMove(-1)}>
        Earlier
      </Button>
      <Button disabled={props.isLast} onClick={() => onMove(1)}>
        Later
      </Button>
      <Button disabled={columns <= COLUMNS_MIN} onClick={() => onWiden(-1)}>
        Narrower
      </Button>
      <Button disabled={columns >= COLUMNS_MAX} onClick={() => onWiden(1)}>
        Wider
      </Button>
      <Button onClick={props.onRemove}>Remove</Button>
    </fieldset>
  );
}
