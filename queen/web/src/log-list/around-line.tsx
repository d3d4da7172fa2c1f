import type { LogRecord } from '@apiary/common/record.ts';
import { useEffect, useState } from 'react';
import { linesAround } from '../state/around.ts';
import { messageOf } from '../state/http.ts';
import { displayPieces, safeText } from './display.ts';
import { headLength } from './line-head.ts';
import { LineText } from './line-text.tsx';
import { clockText } from './time-text.ts';

const STEP = 3;
const CHARACTERS_MAX = 500;
/** Lines each way after which one searches instead. */
const COUNT_MAX = 60;

/** A line's neighbours in its file, with the seconds from the line. */
export function AroundLine(props: { readonly record: LogRecord }) {
  const { record } = props;
  const [count, setCount] = useState(STEP);
  const [lines, setLines] = useState<readonly LogRecord[]>([record]);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    linesAround(record, count, abort.signal)
      .then((found) => {
        setLines(found);
        setFailure(undefined);
      })
      .catch((thrown: unknown) => {
        if (!abort.signal.aborted) setFailure(messageOf(thrown));
      });
    return () => abort.abort();
  }, [record, count]);
  const name = record.file.slice(record.file.lastIndexOf('/') + 1) || record.file;
  return (
    <section className="ap-around" aria-label="Around this line">
      <div className="ap-around-head">
        <strong>
          Around it in <bdi>{safeText(name)}</bdi>
        </strong>
        <span className="ap-faint">seconds from this line</span>
        {count < COUNT_MAX ? (
          <button type="button" className="ap-text-button" onClick={() => setCount(count + STEP)}>
            {STEP} more each way
          </button>
        ) : null}
      </div>
      {failure ? <p className="ap-around-failed">{failure}</p> : null}
      <ol>
        {lines.map((line) => (
          <li key={line.id} data-level={line.level ?? 'trace'} aria-current={line.id === record.id}>
            <span className="ap-bar" />
            <span className="ap-around-time" title={clockText(line.time)}>
              {secondsFrom(record, line)}
            </span>
            <LineText
              pieces={displayPieces(line.body, [], {
                skip: headLength(line),
                charactersMax: CHARACTERS_MAX,
              })}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** `−4.210`, `0`, `+1.902` */
function secondsFrom(record: LogRecord, line: LogRecord): string {
  if (line.id === record.id) return '0';
  const seconds = (line.time - record.time) / 1000;
  return `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(3)}`;
}
