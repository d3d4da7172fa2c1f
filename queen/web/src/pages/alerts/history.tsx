import { Link } from 'wouter';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { fullTimeText, lengthText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useLoaded } from '../../state/use-loaded.ts';

const all = () => alerting.alerts('all');

/** Alerts that were, the latest first. */
export function History() {
  const { value, failure } = useLoaded(all);
  const fired = (value ?? []).filter(({ firedMs }) => firedMs !== undefined);
  return (
    <ScrollRegion label="History" className="ap-sheet">
      <table className="ap-table" data-testid="alert-history">
        <thead>
          <tr>
            <th>Fired</th>
            <th>Alert</th>
            <th>Rule</th>
            <th>Lasted</th>
            <th>Acknowledged</th>
            <th className="ap-number">Messages</th>
            <th>
              <span className="ap-hidden">Lines</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {fired.map((alert) => (
            <tr key={alert.id}>
              <td>{fullTimeText(alert.firedMs ?? 0).slice(0, -4)}</td>
              <th scope="row">
                <span className={`ap-key ap-severity-${alert.severity}`} />{' '}
                <bdi>{safeText(alert.title)}</bdi>
              </th>
              <td>{safeText(alert.ruleName)}</td>
              <td>
                {alert.resolvedMs === undefined
                  ? 'still firing'
                  : lengthText(Math.max(0, alert.resolvedMs - (alert.firedMs ?? 0)))}
              </td>
              <td>{safeText(alert.acknowledgedBy ?? '')}</td>
              <td className="ap-number">{alert.told}</td>
              <td>
                <Link href={alert.link} className="ap-link">
                  See the lines
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fired.length === 0 ? (
        <p className="ap-table-empty">{failure ?? (value ? 'Nothing has fired yet.' : '')}</p>
      ) : null}
    </ScrollRegion>
  );
}
