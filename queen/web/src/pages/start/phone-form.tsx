import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { safeText } from '../../log-list/display.ts';
import { messageOf } from '../../state/http.ts';
import { notifying } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useStore } from '../../state/use-store.ts';

const CHANNEL = 'phone';
const TOPIC_LETTERS = 16;
const PUBLIC_SERVER = 'https://ntfy.sh';

/** Alerts on a phone in a minute: an app, a topic that nobody guesses, and a message to try it. */
export function PhoneForm(props: { readonly onDone: () => Promise<void> }) {
  const { session } = useServices();
  const state = useStore(session.state);
  const [topic, setTopic] = useState(newTopic);
  const [server, setServer] = useState(PUBLIC_SERVER);
  const [isPrivate, setPrivate] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly ok: boolean }>();
  const [busy, setBusy] = useState(false);
  if (state.kind !== 'signed-in' || state.actor.role !== 'admin') {
    return <p className="ap-faint">An administrator can add a channel: e-mail, chat, a phone.</p>;
  }
  const send = async () => {
    setBusy(true);
    try {
      setOutcome(await addAndTry({ topic, server, privateAddress: isPrivate }));
    } catch (thrown) {
      setOutcome({ ok: false, text: messageOf(thrown) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="ap-first-phone"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>
        On a phone: install the app ntfy, and subscribe to this topic in it. Whoever knows the topic
        can read along, so it is made by chance.
      </p>
      <label className="ap-first-field">
        <span>Topic</span>
        <input
          className="ap-input ap-mono"
          value={topic}
          pattern="[\-_A-Za-z0-9]{1,64}"
          required
          onChange={(event) => setTopic(event.currentTarget.value)}
        />
      </label>
      <details>
        <summary>A server of your own</summary>
        <label className="ap-first-field">
          <span>Server</span>
          <input
            className="ap-input ap-mono"
            type="url"
            value={server}
            required
            onChange={(event) => setServer(event.currentTarget.value)}
          />
        </label>
        <Checkbox
          label="It stands in the local network"
          checked={isPrivate}
          onChange={(event) => setPrivate(event.currentTarget.checked)}
        />
      </details>
      <p className="ap-first-try">
        <Button type="submit" loading={busy}>
          Send a message to try it
        </Button>
        {outcome?.ok ? <Button onClick={() => void props.onDone()}>It has arrived</Button> : null}
        <span role="status" className={outcome?.ok === false ? 'ap-bad' : undefined}>
          {safeText(outcome?.text ?? '')}
        </span>
      </p>
    </form>
  );
}

interface Phone {
  readonly topic: string;
  readonly server: string;
  readonly privateAddress: boolean;
}

async function addAndTry(
  settings: Phone,
): Promise<{ readonly text: string; readonly ok: boolean }> {
  await notifying.putChannel({ name: CHANNEL, kind: 'ntfy', settings: { ...settings } });
  const results = await notifying.testChannel(CHANNEL);
  const failed = results.find(({ outcome }) => outcome !== 'sent');
  return failed
    ? { ok: false, text: failed.note }
    : { ok: true, text: 'Sent. It should be on the phone by now.' };
}

function newTopic(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOPIC_LETTERS));
  const letters = Array.from(bytes, (byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32] ?? 'a');
  return `apiary-${letters.join('')}`;
}
