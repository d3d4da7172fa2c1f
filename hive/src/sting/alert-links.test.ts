import { type ActionHandlers, serveActions } from '@apiary/common/messages/actions/action.ts';
import { pheromoneActions } from '@apiary/common/messages/actions/pheromone.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpRecorder, jsonOf } from './testing/http-recorder.ts';
import { makeMessage } from './testing/notifications.ts';
import { StingRig } from './testing/sting-rig.ts';

const STRANGER = { kind: 'user', id: 'anonymous', name: 'anonymous', role: 'viewer' } as const;
const asked = pheromoneActions;
const answered = {
  acknowledge: asked.acknowledge,
  putSilences: asked.putSilences,
};

describe('links in a message', () => {
  let rig: StingRig;
  let http: HttpRecorder;
  let calls: unknown[];

  beforeEach(async () => {
    rig = await StingRig.create();
    http = await new HttpRecorder(() => ({ status: 200 })).start();
    calls = [];
    const handlers: ActionHandlers<typeof answered> = {
      acknowledge: async ({ alerts }, { actor }) => {
        calls.push({ alerts, by: actor.name });
        return { alerts: [] };
      },
      putSilences: async ({ silences }, { actor }) => {
        calls.push({ silences, by: actor.name });
        return { silences: [] };
      },
    };
    await serveActions(rig.bus, { component: 'pheromone' }, answered, handlers);
    await rig.start();
    await rig.addWebhook('ops', http.url);
    await rig.publish(makeMessage({ atMs: rig.site.clock.now() }));
    await rig.ended(1, 'delivered');
  });
  afterEach(async () => {
    await http.stop();
    await rig.close();
  });

  function tokenOf(name: 'acknowledgeUrl' | 'silenceUrl'): string {
    const [request] = http.requests;
    // A payload of ours.
    const data = (request ? jsonOf(request).data : {}) as Record<string, string>;
    return data[name]?.replace('https://apiary.example/a/', '') ?? '';
  }

  test('acknowledge, and tell by whose message', async () => {
    const token = tokenOf('acknowledgeUrl');
    await rig.ask(stingActions.readAlertLink, { token }, STRANGER);
    expect(calls).toEqual([]);
    await rig.ask(stingActions.useAlertLink, { token }, STRANGER);
    expect(calls).toEqual([{ alerts: ['alert-1'], by: 'ops (link)' }]);
  });

  test('silence the rule for that group alone, for an hour', async () => {
    const token = tokenOf('silenceUrl');
    expect(await rig.ask(stingActions.useAlertLink, { token }, STRANGER)).toMatchObject({
      action: 'silence',
      minutes: 60,
    });
    expect(calls).toMatchObject([
      {
        silences: [
          {
            rule: 'disk-full',
            group: { host: 'web-1' },
            untilMs: rig.site.clock.now() + 3_600_000,
          },
        ],
      },
    ]);
  });

  test('are left out of a message that the alert is over', async () => {
    await rig.publish(makeMessage({ id: 'r', kind: 'resolved', atMs: rig.site.clock.now() + 1 }));
    await rig.ended(2, 'delivered');
    const second = http.requests[1];
    expect(second && jsonOf(second).data).not.toHaveProperty('acknowledgeUrl');
  });
});
