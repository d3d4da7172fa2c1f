import type { ChannelView, ListedChannel } from '@apiary/common/messages/channel.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { IconPlus, IconTrash } from '../../components/icons.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { lengthText } from '../../log-list/time-text.ts';
import { notifying } from '../../state/notifying.ts';
import { useServices } from '../../state/services.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { useNow } from '../../state/use-now.ts';
import { useStore } from '../../state/use-store.ts';
import { ChannelForm } from './channel-form.tsx';
import { ConfirmForm } from './confirm-form.tsx';
import { Deliveries } from './deliveries.tsx';
import { Devices } from './devices.tsx';
import { LastDelivered } from './last-delivered.tsx';
import { SectionState } from './section-state.tsx';
import { TestButton, type TestOutcome } from './test-button.tsx';

/** Channels, one's devices, and what was sent. */
export function ChannelsSection() {
  return (
    <>
      <Channels />
      <Devices />
      <Deliveries />
    </>
  );
}

function Channels() {
  const { session } = useServices();
  const state = useStore(session.state);
  const isAdmin = state.kind === 'signed-in' && state.actor.role === 'admin';
  const { value, failure, reload } = useLoaded(notifying.channels);
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<ChannelView>();
  const [changing, setChanging] = useState<ChannelView>();
  const close = () => {
    setAdding(false);
    setRemoving(undefined);
    setChanging(undefined);
  };
  const done = () => {
    close();
    void reload();
  };
  return (
    <section className="ap-sheet" aria-labelledby="channels">
      <div className="ap-sheet-head">
        <h2 id="channels">Channels</h2>
        {isAdmin ? (
          <Button
            leftSection={<IconPlus size={16} stroke={2} />}
            onClick={() => {
              close();
              setAdding(true);
            }}
          >
            Add a channel
          </Button>
        ) : null}
      </div>
      <SectionState failure={failure} isLoading={value === undefined} onAgain={reload} />
      {isAdding ? <ChannelForm channel={undefined} onDone={done} /> : null}
      {changing ? <ChannelForm key={changing.id} channel={changing} onDone={done} /> : null}
      {removing ? (
        <ConfirmForm
          verb="Remove"
          consequence={`Rules that name ${removing.name} tell nobody there any more, and its secrets are gone.`}
          name={removing.name}
          act={() => notifying.removeChannel(removing.name)}
          onDone={done}
          onCancel={done}
        />
      ) : null}
      {value && value.length === 0 ? (
        <p className="ap-sheet-text">
          No channels. A channel is where alerts go: e-mail, Slack, Jira, phones, a webhook.
        </p>
      ) : null}
      {value && value.length > 0 ? (
        <ChannelTable
          channels={value}
          change={
            isAdmin
              ? {
                  onChange: (channel) => {
                    close();
                    setChanging(channel);
                  },
                  onRemove: (channel) => {
                    close();
                    setRemoving(channel);
                  },
                }
              : undefined
          }
        />
      ) : null}
    </section>
  );
}

function ChannelTable(props: {
  readonly channels: readonly ListedChannel[];
  /** Undefined where one may not. */
  readonly change:
    | {
        readonly onChange: (channel: ChannelView) => void;
        readonly onRemove: (channel: ChannelView) => void;
      }
    | undefined;
}) {
  const { change } = props;
  const now = useNow(10_000);
  return (
    <ScrollRegion label="All channels">
      <table className="ap-table">
        <thead>
          <tr>
            <th>Channel</th>
            <th>Kind</th>
            <th>How</th>
            <th>Last delivery</th>
            <th>Test</th>
            <th>
              <span className="ap-hidden">Change or remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.channels.map((channel) => (
            <tr key={channel.id}>
              <th scope="row">{safeText(channel.name)}</th>
              <td>{channel.kind}</td>
              <td className="ap-channel-how">
                {channel.enabled ? safeText(howOf(channel)) : 'off'}
              </td>
              <td>
                <LastDelivered last={channel.last} now={now} />
              </td>
              <td>
                <TestButton name={channel.name} test={() => testOutcome(channel.name)} />
              </td>
              <td>
                {change ? (
                  <span className="ap-channel-acts">
                    <Button
                      aria-label={`Change ${channel.name}`}
                      onClick={() => change.onChange(channel)}
                    >
                      Change
                    </Button>
                    <button
                      type="button"
                      className="ap-text-button"
                      aria-label={`Remove ${channel.name}`}
                      onClick={() => change.onRemove(channel)}
                    >
                      <IconTrash size={16} stroke={1.6} aria-hidden="true" />
                    </button>
                  </span>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

async function testOutcome(name: string): Promise<TestOutcome> {
  const results = await notifying.testChannel(name);
  const failed = results.find((result) => result.outcome !== 'sent');
  const tookMs = Math.max(0, ...results.map((result) => result.tookMs));
  const sent = results.length === 0 ? 'no device is registered' : `sent, ${lengthText(tookMs)}`;
  return { ok: !failed && results.length > 0, text: failed ? failed.note : sent };
}

/** The settings that are told, none of which is a secret; a key tells people nothing. */
function howOf({ settings }: ChannelView): string {
  const { publicKey: _key, ...told } = settings;
  return Object.values(told)
    .filter((value) => typeof value === 'string' && value !== '')
    .join(', ')
    .slice(0, 120);
}
