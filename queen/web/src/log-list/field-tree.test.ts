import { describe, expect, it } from '@jest/globals';
import { fieldTree } from './field-tree.ts';

const record = {
  id: 'a:1',
  time: 0,
  observed: 0,
  agent: 'bee',
  target: 't',
  host: 'web-1',
  file: '/var/log/a.log',
  tags: ['prod'],
  body: '{"user":{"id":7,"name":"mira"},"took":3}',
};

describe("a line's fields", () => {
  it('stand below the object that they are members of', () => {
    expect(fieldTree(record).slice(4)).toEqual([
      {
        kind: 'object',
        name: 'user',
        members: [
          { kind: 'field', name: 'id', field: 'user.id', value: '7' },
          { kind: 'field', name: 'name', field: 'user.name', value: 'mira' },
        ],
      },
      { kind: 'field', name: 'took', field: 'took', value: '3' },
    ]);
  });

  it('begin with what every line has, without what is empty', () => {
    const names = fieldTree({ ...record, agent: '' }).map(({ name }) => name);
    expect(names).toEqual(['host', 'file', 'tag', 'user', 'took']);
  });
});
