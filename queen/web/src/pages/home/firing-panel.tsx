import { Link } from 'wouter';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { agoText } from '../agents/ago.ts';

const ROWS_MAX = 5;

/** What fires, the latest first. */
export function FiringPanel() {
  const { alerts: watch } = useServices();
  const { status, failure, alerts } = useStore(watch.state);
  const now = useNow(1_000);
  const firing = alerts.filter(({ state }) => state === 'firing');
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-firing">
      <div className="ap-panel-head">
        <h2 id="home-firing">
          Firing <span className="ap-faint">{firing.length > 0 ? firing.length : ''}</span>
        </h2>
        <Link href="/alerts" className="ap-link">
          All alerts
        </Link>
      </div>
      {firing.length === 0 ? (
        <p className="ap-panel-empty">
          {status === 'ready' ? 'Nothing is firing.' : (failure ?? 'Asking what fires…')}
          {status === 'ready' ? <LastAlert /> : null}
        </p>
      ) : null}
      <ul>
        {firing.slice(0, ROWS_MAX).map((alert) => (
          <li key={alert.id} className="ap-home-alert">
            <span className={`ap-key ap-severity-${alert.severity}`} />
            <Link href={alert.link} className="ap-grow">
              <span className="ap-hidden">{alert.severity}: </span>
              <strong>
                <bdi>{safeText(alert.title)}</bdi>
              </strong>
            </Link>
            <span className="ap-faint">
              {lengthText(Math.max(0, now - (alert.firedMs ?? alert.startedMs)))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What fired last; it is shown only while nothing fires, so it is asked for anew when that begins. */
function LastAlert() {
  const { value } = useLoaded(loadLast);
  const now = useNow(60_000);
  if (!value) return null;
  return (
    <>
      {' '}
      Last:{' '}
      <Link href={value.link} className="ap-link">
        <bdi>{safeText(value.title)}</bdi>
      </Link>
      , {agoText(value.resolvedMs ?? value.updatedMs, now)}.
    </>
  );
}

const loadLast = async () => (await alerting.alerts('resolved'))[0];
