import type { Rule } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import { safeText } from '../../log-list/display.ts';
import { alerting } from '../../state/alerts.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { conditionWords } from './condition-words.ts';

/** Rules worth having, ready to be switched on. */
export function StarterRules(props: {
  readonly rules: readonly Rule[];
  readonly onAdded: () => void;
}) {
  const { notices } = useServices();
  const { value, reload } = useLoaded(alerting.starterRules);
  const have = new Set(props.rules.map(({ id }) => id));
  const left = (value ?? []).filter(({ id }) => id === undefined || !have.has(id));
  if (left.length === 0) return null;
  return (
    <section className="ap-sheet" aria-labelledby="starters">
      <div className="ap-panel-head">
        <h2 id="starters">Ready-made rules</h2>
      </div>
      <ul>
        {left.map((rule) => (
          <li key={rule.id ?? rule.name} className="ap-starter">
            <span className="ap-grow">
              <strong>{safeText(rule.name)}</strong>
              <span className="ap-faint">{conditionWords(rule.condition)}</span>
            </span>
            <Button
              aria-label={`Add ${safeText(rule.name)}`}
              onClick={() =>
                void notices.act(
                  async () => {
                    await alerting.putRule(rule);
                    props.onAdded();
                    reload();
                  },
                  `Added ${rule.name}`,
                  async () => {
                    await alerting.removeRule(rule.id ?? '');
                    props.onAdded();
                    reload();
                  },
                )
              }
            >
              Add
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
