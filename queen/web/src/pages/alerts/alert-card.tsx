import type { Alert, Rule } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { IconArrowUpRight, IconCheck } from '../../components/icons.ts';
import { displayPieces, safeText } from '../../log-list/display.ts';
import { LineText } from '../../log-list/line-text.tsx';
import { clockText, lengthText } from '../../log-list/time-text.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { agoText } from '../agents/ago.ts';
import { AlertMeasured } from './alert-measured.tsx';
import { AlertTold } from './alert-told.tsx';
import { measuredWords } from './condition-words.ts';
import { SilenceMenu } from './silence-menu.tsx';

const LINES_SHOWN = 3;
const CHARACTERS_MAX = 240;

const QUIET = {
  silence: 'silenced',
  maintenance: 'quiet: maintenance',
  'host-dead': 'quiet: its host is dead',
} as const;

/** One alert: what, where, since when, its lines, and what can be done. */
export function AlertCard(props: {
  readonly alert: Alert;
  readonly rule: Rule | undefined;
  readonly now: number;
  readonly onSilenced: () => void;
}) {
  const { alert, rule, now } = props;
  const firing = alert.state === 'firing';
  const since = lengthText(Math.max(0, now - (alert.firedMs ?? alert.startedMs)));
  return (
    <li className="ap-alert" data-severity={alert.severity} data-state={alert.state}>
      <span className="ap-alert-bar" />
      <div className="ap-alert-head">
        <h2>
          <span className="ap-hidden">{alert.severity}: </span>
          <bdi>{safeText(alert.title)}</bdi>
        </h2>
        {Object.entries(alert.group).map(([field, value]) => (
          <span key={field} className="ap-tag">
            <bdi>
              {safeText(field)}: {safeText(value)}
            </bdi>
          </span>
        ))}
        <span className="ap-faint">{firing ? `firing for ${since}` : `about to fire`}</span>
        {alert.quiet ? <span className="ap-faint">{QUIET[alert.quiet]}</span> : null}
        <AlertActions alert={alert} now={now} onSilenced={props.onSilenced} />
      </div>
      <p>
        <strong>{measuredWords(alert, rule?.condition)}</strong>{' '}
        <span className="ap-faint">{safeText(alert.ruleName)}</span>
      </p>
      <ol className="ap-alert-lines">
        {alert.lines
          .filter(({ matching }) => matching)
          .slice(-LINES_SHOWN)
          .map((line) => (
            <li key={line.id} className="ap-mono">
              <span className="ap-faint">{clockText(line.time)}</span>{' '}
              <LineText pieces={displayPieces(line.text, [], { charactersMax: CHARACTERS_MAX })} />
            </li>
          ))}
      </ol>
      {alert.told > 0 ? <AlertTold alert={alert} now={now} /> : null}
      {rule ? <AlertMeasured rule={rule} /> : null}
    </li>
  );
}

function AlertActions(props: {
  readonly alert: Alert;
  readonly now: number;
  readonly onSilenced: () => void;
}) {
  const { alert, now } = props;
  const { notices } = useServices();
  const title = safeText(alert.title);
  return (
    <span className="ap-alert-actions">
      {alert.acknowledgedMs !== undefined ? (
        <span className="ap-fact ap-fact-ok">
          <IconCheck size={16} stroke={1.6} aria-hidden="true" />
          <bdi>{safeText(alert.acknowledgedBy ?? '')}</bdi>, {agoText(alert.acknowledgedMs, now)}
        </span>
      ) : alert.state === 'firing' ? (
        <Button
          leftSection={<IconCheck size={16} stroke={1.6} />}
          onClick={() =>
            void notices.act(() => alerting.acknowledge(alert.id), `Acknowledged ${title}`)
          }
        >
          Acknowledge
        </Button>
      ) : null}
      {alert.quiet ? null : <SilenceMenu alert={alert} onSilenced={props.onSilenced} />}
      <Link href={alert.link} className="ap-text-button">
        <IconArrowUpRight size={16} stroke={1.6} aria-hidden="true" />
        Open
      </Link>
    </span>
  );
}
