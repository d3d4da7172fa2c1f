import { PULSE_LENGTH, ratesBySecond } from '../state/rate.ts';
import { useServices } from '../state/services.ts';
import { useStore } from '../state/use-store.ts';
import { wholeNumber } from './figures.ts';

/** The rate of the whole system, which is also the state of the connection. */
export function PulseView() {
  const { connection, rate } = useServices();
  const state = useStore(connection.state);
  const pulse = useStore(rate.pulse);
  const lastMs = pulse.samples.at(-1)?.atMs ?? 0;
  const bars = ratesBySecond(pulse.samples, lastMs, PULSE_LENGTH);
  const highest = Math.max(1, ...bars);
  if (state.kind !== 'open') {
    return (
      <div className="ap-pulse" role="status">
        <span className="ap-dot ap-dot-lost" />
        {state.kind === 'lost' ? 'Reconnecting…' : 'Connecting…'}
      </div>
    );
  }
  return (
    <div className="ap-pulse" role="status" aria-live="off">
      <span className={pulse.linesPerSecond ? 'ap-dot' : 'ap-dot ap-dot-waiting'} />
      {pulse.linesPerSecond === undefined ? (
        'Live'
      ) : (
        <>
          <svg
            className="ap-pulse-bars"
            viewBox="0 0 78 16"
            width="78"
            height="16"
            aria-hidden="true"
          >
            {bars.map((lines, index) => {
              const height = Math.max(1, (lines / highest) * 16);
              const x = index * 3;
              // biome-ignore lint/suspicious/noArrayIndexKey: a bar has no identity but its place
              return <rect key={index} x={x} y={16 - height} width="2" height={height} />;
            })}
          </svg>
          <span className="ap-pulse-text">
            <strong>{wholeNumber(Math.round(pulse.linesPerSecond))}</strong> lines/s
          </span>
        </>
      )}
    </div>
  );
}
