/**
 * What every input without a file behind it must do, against a real sender: take records, keep them while the
 * broker is away, send them once whatever ends in between, and let go when its target goes.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Rig } from '../tailing/rig.ts';

/** One input with a sender for it. */
export interface InputCase {
  readonly name: string;
  /** The target's URL; asked once for each test. */
  url(rig: Rig): Promise<string> | string;
  /** Sends these texts, in order, and resolves when the sender is done with them. */
  send(url: string, texts: readonly string[]): Promise<void>;
  /** The sender is done before the Bee has taken anything, and cannot know when it has. */
  readonly isUnacknowledged?: boolean;
  /** The text that a stored body holds. */
  textOf(body: string): string;
}

/** Bodies of all stored records. */
export function bodiesOf(rig: Rig): string[] {
  return rig.store.generations().flatMap(({ lines }) => lines);
}

/** Runs the suite. */
export function describeInput(input: InputCase): void {
  describe(input.name, () => {
    let rig: Rig;
    let url: string;

    beforeEach(async () => {
      rig = await new Rig().open();
      url = await input.url(rig);
    });

    afterEach(() => rig.close());

    const stored = () => bodiesOf(rig).map((body) => input.textOf(body));
    const hasStored = (count: number) => rig.until(() => stored().length >= count);
    const isActive = () => rig.until(() => rig.report()?.state === 'active');

    test('stores what is sent, in order, with the target and its tags', async () => {
      await rig.start();
      await rig.watch([url]);
      expect(rig.report()).toMatchObject({ state: 'active' });
      await input.send(url, ['first', 'second', 'third']);
      await hasStored(3);
      expect(stored()).toEqual(['first', 'second', 'third']);
      expect(rig.store.runs[0]).toMatchObject({ target: 't0', tags: ['rig'], history: false });
    });

    test('keeps what comes while the Bee may not send, and sends it after a restart', async () => {
      await rig.start();
      await rig.watch([url]);
      await rig.welcome('pending');
      await input.send(url, ['one', 'two']);
      await rig.advance(1_000);
      expect(stored()).toEqual([]);
      await rig.stop();
      rig.hive.approval = 'approved';
      await rig.start();
      await hasStored(2);
      expect(stored()).toEqual(['one', 'two']);
    });

    test('sends once what was sent before a kill, and goes on', async () => {
      await rig.start();
      await rig.watch([url]);
      await input.send(url, ['before']);
      await hasStored(1);
      rig.crash();
      await rig.released();
      await rig.start();
      await isActive();
      await input.send(url, ['after']);
      await hasStored(2);
      await rig.advance(1_000);
      expect(stored()).toEqual(['before', 'after']);
    });

    test('lets go when its target is removed, and sends what it had taken', async () => {
      await rig.start();
      await rig.watch([url]);
      await input.send(url, ['kept']);
      if (input.isUnacknowledged) await hasStored(1);
      await rig.watch([]);
      await hasStored(1);
      expect(stored()).toEqual(['kept']);
      await rig.watch([url]);
      await input.send(url, ['again']);
      await hasStored(2);
      expect(stored()).toEqual(['kept', 'again']);
    });
  });
}
