import type { Rule, Silence } from '@apiary/common/messages/alerts.ts';
import { Link } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { IconBellOff } from '../../components/icons.ts';
import { alerting } from '../../state/alerts.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { coveredWords, quietNow, ruleQuietWords, untilWords } from './silence-words.ts';

const SHOWN = 3;

/** What nobody is told of at the moment; nothing where all is told. */
export function QuietStrip(props: {
  readonly silences: readonly Silence[];
  readonly rules: readonly Rule[];
  readonly now: number;
}) {
  const { silences, rules, now } = props;
  const quiet = quietNow(silences, now);
  if (quiet.length === 0) return null;
  const shown = quiet.slice(0, SHOWN).map(({ silence, untilMs }) => {
    const kind = silence.recurs ? 'maintenance' : 'silenced';
    return `${coveredWords(silence, rules)} (${kind} until ${untilWords(untilMs, now)})`;
  });
  const more = quiet.length - shown.length;
  return (
    <section className="ap-sheet ap-quiet-strip" aria-label="Quiet now">
      <IconBellOff size={16} stroke={1.6} aria-hidden="true" />
      <span>
        <strong>Quiet now:</strong> <bdi>{shown.join(' · ')}</bdi>
        {more > 0 ? ` and ${countOf(more, 'other')}` : ''}
      </span>
      <Link href="/alerts/silences" className="ap-link">
        Silences
      </Link>
    </section>
  );
}

/** What of one rule is quiet now, beside its name. */
export function QuietOfRule(props: { readonly rule: Rule }) {
  const silences = useLoaded(alerting.silences);
  const now = useNow(10_000);
  const words = ruleQuietWords(props.rule, quietNow(silences.value ?? [], now), now);
  return words === undefined ? null : (
    <Link href="/alerts/silences" className="ap-rule-quiet">
      {words}
    </Link>
  );
}
