import { Button } from '@mantine/core';
import { useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { messageOf } from '../../state/http.ts';

/** What came of a test. */
export interface TestOutcome {
  readonly ok: boolean;
  readonly text: string;
}

/** Sends a message now and says what came of it, in its row. */
export function TestButton(props: {
  readonly name: string;
  readonly test: () => Promise<TestOutcome>;
}) {
  const [outcome, setOutcome] = useState<TestOutcome>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      setOutcome(await props.test());
    } catch (thrown) {
      setOutcome({ ok: false, text: messageOf(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="ap-channel-test">
      <Button loading={busy} aria-label={`Test ${safeText(props.name)}`} onClick={() => void run()}>
        Test
      </Button>
      <span role="status" className={outcome?.ok === false ? 'ap-bad' : undefined}>
        {safeText(outcome?.text ?? '')}
      </span>
    </span>
  );
}
