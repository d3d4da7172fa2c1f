import { LIST_COLUMNS_MAX } from '@apiary/common/limits/screens.ts';
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { IconColumns } from '../../components/icons.ts';
import { MenuButton } from '../../components/menu-button.tsx';
import { safeText } from '../../log-list/display.ts';
import type { LogBuffer } from '../../state/log-buffer.ts';
import { fieldNamesIn } from './query-words.ts';

/** Every line has these; time and host have columns anyway. */
const OWN = ['file', 'tag', 'agent', 'level'] as const;
const NAMES_SHOWN = 40;

/** Chooses the fields that have a column, from those of the lines held. */
export function ColumnsMenu(props: {
  readonly buffer: LogBuffer;
  readonly columns: readonly string[];
  readonly onChange: (columns: readonly string[]) => void;
}) {
  const { buffer, columns, onChange } = props;
  const [opened, setOpened] = useState(false);
  const names = opened ? namesIn(buffer, columns) : [];
  const full = columns.length >= LIST_COLUMNS_MAX;
  return (
    <MenuButton
      icon={<IconColumns size={16} stroke={1.6} aria-hidden="true" />}
      label="Columns"
      className="ap-columns-menu"
      buttonClass="ap-columns"
      opened={opened}
      onChange={setOpened}
    >
      {names.map((name) => (
        <Checkbox
          key={name}
          label={<bdi>{safeText(name)}</bdi>}
          checked={columns.includes(name)}
          disabled={full && !columns.includes(name)}
          onChange={(event) =>
            onChange(
              event.currentTarget.checked
                ? [...columns, name]
                : columns.filter((other) => other !== name),
            )
          }
        />
      ))}
      {full ? <p className="ap-menu-empty">More than {LIST_COLUMNS_MAX} do not fit.</p> : null}
    </MenuButton>
  );
}

/** The chosen ones, what every line has, then the fields of the newest lines by how often they occur. */
function namesIn(buffer: LogBuffer, columns: readonly string[]): string[] {
  const found = fieldNamesIn(buffer).slice(0, NAMES_SHOWN);
  return [...new Set([...columns, ...OWN, ...found])];
}
