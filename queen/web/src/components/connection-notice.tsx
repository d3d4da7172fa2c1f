import { clockSecondsText } from '../log-list/time-text.ts';
import { useServices } from '../state/services.ts';
import { useNow } from '../state/use-now.ts';
import { useStore } from '../state/use-store.ts';
import { IconPlugConnectedX } from './icons.ts';

/** One notice while the connection is lost, with the countdown to the next try. */
export function ConnectionNotice() {
  const { connection } = useServices();
  const state = useStore(connection.state);
  const now = useNow(state.kind === 'lost' ? 250 : undefined);
  if (state.kind !== 'lost') return null;
  const seconds = Math.max(1, Math.ceil(((state.retryAtMs ?? now) - now) / 1000));
  return (
    <div className="ap-strip ap-strip-error">
      <IconPlugConnectedX size={18} stroke={1.6} aria-hidden="true" />
      <span>
        <strong role="alert">No connection since {clockSecondsText(state.sinceMs)}.</strong>{' '}
        {state.retryAtMs === undefined ? 'Trying now.' : `Trying again in ${seconds} s.`} What you
        miss is filled in when it is back.
      </span>
      <button type="button" className="ap-link" onClick={() => connection.retryNow()}>
        Try now
      </button>
    </div>
  );
}
