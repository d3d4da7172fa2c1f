import { expect, test } from '@jest/globals';
import { Confirms } from './confirms.ts';

function recorded() {
  const sent: string[] = [];
  const confirms = new Confirms((outcome, tag, multiple) => {
    sent.push(`${outcome} ${tag}${multiple ? ' multiple' : ''}`);
  });
  const turn = () => new Promise<void>((resolve) => process.nextTick(resolve));
  return { sent, confirms, turn };
}

test('neighbours are answered together, in order', async () => {
  const { sent, confirms, turn } = recorded();
  const tags = [1, 2, 3, 4, 5].map(() => confirms.begin());
  expect(tags).toEqual([1, 2, 3, 4, 5]);
  for (const tag of [2, 3]) confirms.accept(tag);
  await turn();
  expect(sent).toEqual([]);
  confirms.accept(1);
  await turn();
  expect(sent).toEqual(['ack 3 multiple']);
  confirms.accept(4);
  await turn();
  confirms.accept(5);
  await turn();
  expect(sent).toEqual(['ack 3 multiple', 'ack 4', 'ack 5']);
});

test('a refusal stands between acceptances, also after one', async () => {
  const { sent, confirms, turn } = recorded();
  for (let count = 0; count < 4; count++) confirms.begin();
  for (const tag of [1, 2, 3, 4]) confirms.accept(tag);
  confirms.refuse(3);
  await turn();
  confirms.accept(3);
  await turn();
  expect(sent).toEqual(['ack 2 multiple', 'nack 3', 'ack 4']);
});
