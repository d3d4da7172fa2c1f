import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { byteSize, countOf, wholeNumber } from '../../components/figures.ts';
import { IconDownload } from '../../components/icons.ts';
import { MenuButton } from '../../components/menu-button.tsx';
import { type ExportFormat, LineExport } from '../../state/line-export.ts';
import type { TimeRange } from '../../state/time-range.ts';
import { useStore } from '../../state/use-store.ts';

const FORMATS: readonly {
  readonly format: ExportFormat;
  readonly name: string;
  readonly note: string;
}[] = [
  { format: 'raw', name: 'Text', note: 'the lines as they were written' },
  { format: 'csv', name: 'CSV', note: 'a table for spreadsheets' },
  { format: 'ndjson', name: 'JSON lines', note: 'every property, one object a line' },
];

/** All lines of the search as a file, with how far it is. */
export function ExportMenu(props: {
  readonly query: string;
  readonly range: TimeRange;
  readonly total: number;
}) {
  const { query, range, total } = props;
  const [exporting] = useState(() => new LineExport());
  const [opened, setOpened] = useState(false);
  const state = useStore(exporting.state);
  useEffect(() => () => exporting.stop(), [exporting]);
  const start = (format: ExportFormat) =>
    void exporting.run({ query, range, format }, Date.now(), saveFile);
  return (
    <MenuButton
      icon={<IconDownload size={16} stroke={1.6} aria-hidden="true" />}
      label="Export"
      className="ap-export"
      opened={opened}
      onChange={setOpened}
    >
      {state.kind === 'running' ? (
        <div className="ap-export-progress" role="status">
          <progress max={Math.max(1, total)} value={state.lines} aria-label="Exported" />
          <span>
            {wholeNumber(state.lines)} of {countOf(total, 'line')}, {byteSize(state.bytes)}
          </span>
          <Button onClick={() => exporting.stop()}>Stop</Button>
        </div>
      ) : (
        <>
          <p className="ap-menu-empty">{countOf(total, 'line')}, the oldest first, as</p>
          {FORMATS.map(({ format, name, note }) => (
            <button
              key={format}
              type="button"
              className="ap-menu-row"
              onClick={() => start(format)}
            >
              {name} <span className="ap-faint">{note}</span>
            </button>
          ))}
          {state.kind === 'failed' ? (
            <p className="ap-menu-empty ap-bad" role="alert">
              {state.message}
            </p>
          ) : null}
        </>
      )}
    </MenuButton>
  );
}

function saveFile(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken hold of it by then.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
