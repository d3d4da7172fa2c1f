import type { LedgerLine } from '@apiary/common/messages/ledger.ts';
import { byteSize } from '../../components/figures.ts';

const WIDTH = 96;
/** What of a file is drawn. */
const SPAN_BYTES = 4_000_000;

/** The last 4 MB of a file: stored, confirmed, read, and what was seen of it. */
export function LedgerTrack(props: { readonly line: LedgerLine }) {
  const { line } = props;
  const first = Math.max(line.from, line.seen - SPAN_BYTES);
  const span = Math.max(1, line.seen - first);
  const x = (offset: number) => (WIDTH * Math.max(0, Math.min(offset, line.seen) - first)) / span;
  return (
    <span className="ap-ledger">
      <svg
        className="ap-ledger-track"
        width={WIDTH}
        height="10"
        viewBox={`0 0 ${WIDTH} 10`}
        aria-hidden="true"
      >
        <rect className="ap-ledger-read" width={x(line.read)} height="10" />
        <rect className="ap-ledger-confirmed" width={x(line.confirmed)} height="10" />
        <rect
          className="ap-ledger-stored"
          width={line.seen === first ? WIDTH : x(line.stored)}
          height="10"
        />
        <rect className="ap-ledger-seen" x="0.5" y="0.5" width={WIDTH - 1} height="9" />
      </svg>
      <span className={WORD_CLASS[line.state]}>{words(line)}</span>
    </span>
  );
}

const WORD_CLASS: Readonly<Record<LedgerLine['state'], string>> = {
  current: 'ap-faint',
  ended: 'ap-faint',
  moving: 'ap-warn-text',
  stuck: 'ap-bad',
  gap: 'ap-bad',
};

function words({ state, lag, missing, lost }: LedgerLine): string {
  if (state === 'gap') return `${byteSize(missing + lost)} missing`;
  if (state === 'stuck') return `${byteSize(lag)} stand still`;
  if (lag > 0) return `${byteSize(lag)} behind`;
  return state === 'ended' ? 'ended, all stored' : 'in step';
}
