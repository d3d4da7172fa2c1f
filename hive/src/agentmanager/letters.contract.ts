/** What the desk for messages that were put aside promises, on any broker. */
import type { Bus, Delivery, OutgoingMessage } from '@apiary/common/bus/bus.ts';
import { EXCHANGE, QUEUE } from '@apiary/common/bus/topology.ts';
import { systemClock } from '@apiary/common/clock.ts';
import { decideLettersSchema, listLettersSchema } from '@apiary/common/messages/letters.ts';
import { newGeneration } from '@apiary/common/random.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Letters } from './letters.ts';

/** Registers the suite. `makeBus` gives a bus whose dead letters nobody else touches. */
export function describeLetters(name: string, makeBus: () => Promise<Bus>): void {
  describe(`the desk for dead letters on ${name}`, () => {
    let bus: Bus;
    let letters: Letters;
    let mark: string;

    beforeEach(async () => {
      bus = await makeBus();
      letters = new Letters({ bus, clock: systemClock });
      mark = newGeneration();
      const { letters: old } = await list();
      if (old.length > 0)
        await decide(
          old.map(({ id }) => id),
          { action: 'discard' },
        );
    });
    afterEach(() => bus.close());

    const list = () => letters.list(listLettersSchema.parse({}));
    const decide = (ids: readonly string[], rest: { action: string; text?: string }) =>
      letters.decide(decideLettersSchema.parse({ ids, ...rest }));

    async function putAside(more: Partial<OutgoingMessage> = {}): Promise<void> {
      const headers = { reason: 'message-invalid: no JSON', source: QUEUE.deliveries };
      const body = Buffer.from(mark);
      await bus.publish({ exchange: EXCHANGE.dead, routingKey: '', body, headers, ...more });
    }

    /** What arrives in a queue next, with its acknowledgement. */
    async function next(queue: string): Promise<Delivery> {
      const came = Promise.withResolvers<Delivery>();
      const subscription = await bus.consume(queue, { prefetch: 1 }, (delivery) => {
        delivery.ack();
        came.resolve(delivery);
      });
      const delivery = await came.promise;
      await subscription.cancel();
      return delivery;
    }

    it('shows what lies there with its reason, and leaves it there', async () => {
      await putAside();
      await putAside({ body: Buffer.from(`${mark} 2`) });
      const first = await list();
      expect(first.letters).toHaveLength(2);
      expect(first.letters[0]).toMatchObject({ text: mark, source: QUEUE.deliveries, copies: 1 });
      expect(first.letters[0]?.explanation).toMatch(/shape that the Hive reads/);
      expect(await list()).toEqual(first);
    });

    it('shows copies of one message once', async () => {
      await putAside();
      await putAside();
      const { letters: found, waiting } = await list();
      expect(found).toMatchObject([{ copies: 2 }]);
      expect(waiting).toBe(2);
      const { results } = await decide([found[0]?.id ?? ''], { action: 'discard' });
      expect(results).toMatchObject([{ done: 2 }]);
    });

    it('discards what it is told to, and nothing else', async () => {
      await putAside();
      await putAside({ body: Buffer.from('stays') });
      const before = await list();
      const id = before.letters.find(({ text }) => text === mark)?.id ?? '';
      const { results, waiting } = await decide([id], { action: 'discard' });
      expect(results).toEqual([{ id, done: 1 }]);
      expect(waiting).toBe(1);
      expect((await list()).letters).toMatchObject([{ text: 'stays' }]);
      const again = await decide([id], { action: 'discard' });
      expect(again.results).toEqual([{ id, done: 0, reason: 'It is not there any more.' }]);
    });

    it('sends it back to where it came by, without the reason, or edited', async () => {
      await putAside({ type: 'delivery' });
      const [letter] = (await list()).letters;
      const text = `{"mended":"${mark}"}`;
      await decide([letter?.id ?? ''], { action: 'requeue', text });
      const delivery = await next(QUEUE.deliveries);
      expect(delivery.body.toString()).toBe(text);
      expect(delivery.type).toBe('delivery');
      expect(delivery.headers).not.toHaveProperty('reason');
      expect(await list()).toEqual({ letters: [], waiting: 0 });
    });

    it('edits nothing that a Bee signed, and no log data', async () => {
      const signed = { reason: 'x', source: QUEUE.agentManager, signature: 'c2ln' };
      await putAside({ headers: signed });
      await putAside({ type: 'data', headers: { reason: 'x', source: QUEUE.blocks } });
      const { letters: found } = await list();
      expect(found.map(({ fixed }) => fixed)).toEqual([
        expect.stringMatching(/signed/),
        expect.stringMatching(/stored as it was read/),
      ]);
      for (const { id, fixed } of found) {
        const { results } = await decide([id], { action: 'requeue', text: '{}' });
        expect(results).toEqual([{ id, done: 0, reason: fixed }]);
      }
      await decide(
        found.map(({ id }) => id),
        { action: 'discard' },
      );
    });
  });
}
