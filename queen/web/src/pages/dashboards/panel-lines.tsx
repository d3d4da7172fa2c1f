import { ScrollRegion } from '../../components/scroll-region.tsx';
import { displayPieces, safeText } from '../../log-list/display.ts';
import { headLength } from '../../log-list/line-head.ts';
import { LineText } from '../../log-list/line-text.tsx';
import { clockText } from '../../log-list/time-text.ts';
import type { LogSearch } from '../../state/log-search.ts';

const ROWS = 14;
const CHARACTERS_MAX = 300;

/** The newest lines of a panel. */
export function PanelLines(props: { readonly search: LogSearch }) {
  const { buffer } = props.search;
  const rows = Array.from({ length: ROWS }, (_, row) => buffer.at(row)).filter(
    (record) => record !== undefined,
  );
  if (rows.length === 0) return <p className="ap-panel-empty">No line matches in this time.</p>;
  return (
    <ScrollRegion label="The newest lines">
      <ol className="ap-panel-lines">
        {rows.map((record) => (
          <li key={record.id} className="ap-panel-line">
            <span className={`ap-key ap-key-${record.level ?? 'none'}`} />
            <span className="ap-hidden">{record.level ?? 'no level'}: </span>
            <span className="ap-faint">{clockText(record.time)}</span>
            <span className="ap-faint">{safeText(record.host)}</span>
            <LineText
              pieces={displayPieces(record.body, [], {
                skip: headLength(record),
                charactersMax: CHARACTERS_MAX,
              })}
            />
          </li>
        ))}
      </ol>
    </ScrollRegion>
  );
}
