import type { Alert } from '@apiary/common/messages/alerts.ts';
import { useState } from 'react';
import { Link } from 'wouter';
import { IconBellOff } from '../../components/icons.ts';
import { MenuButton } from '../../components/menu-button.tsx';
import { safeText } from '../../log-list/display.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { tomorrowMorning } from './silence-draft.ts';

const HOUR_MS = 3_600_000;
const TIMES = [
  ['for 1 hour', (now: number) => now + HOUR_MS],
  ['for 4 hours', (now: number) => now + 4 * HOUR_MS],
  ['until 8:00 tomorrow', tomorrowMorning],
] as const;

/** Silences what one alert is about, for one of the usual times or another one. */
export function SilenceMenu(props: { readonly alert: Alert; readonly onSilenced: () => void }) {
  const { alert, onSilenced } = props;
  const { notices } = useServices();
  const [opened, setOpened] = useState(false);
  const silence = async (words: string, untilMs: number) => {
    setOpened(false);
    const { rule, group } = alert;
    let made: string | undefined;
    await notices.act(
      async () => {
        made = (await alerting.silence({ rule, group, untilMs, reason: 'from the alert' }))?.id;
        onSilenced();
      },
      `Silenced ${safeText(alert.title)} ${words}`,
      async () => {
        if (made !== undefined) await alerting.endSilence(made);
        onSilenced();
      },
    );
  };
  return (
    <MenuButton
      icon={<IconBellOff size={16} stroke={1.6} aria-hidden="true" />}
      label="Silence"
      className="ap-silence-menu"
      opened={opened}
      onChange={setOpened}
    >
      {TIMES.map(([words, until]) => (
        <button
          key={words}
          type="button"
          className="ap-menu-row"
          onClick={() => void silence(words, until(Date.now()))}
        >
          {words}
        </button>
      ))}
      <Link href={`/alerts/silences?${addressOf(alert)}`} className="ap-menu-row">
        another time…
      </Link>
    </MenuButton>
  );
}

function addressOf({ rule, group }: Alert): string {
  const { host = '', tag = '', ...others } = group;
  const fields = Object.entries(others).map(([field, value]) => `${field}=${value}`);
  return new URLSearchParams({ rule, host, tag, fields: fields.join(', ') }).toString();
}
