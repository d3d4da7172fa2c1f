/** What a Bee tells of its host, on real files of a folder of its own. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDER_ENTRIES_MAX } from '@apiary/common/limits/host-view.ts';
import { answerSchema, type Folder } from '@apiary/common/messages/host-view.ts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listContainers } from './containers.ts';
import { readFileEnd } from './file-end.ts';
import { listFolder } from './folder-listing.ts';
import { filesBeingWritten } from './log-files.ts';
import { findMachine } from './machine.ts';
import { suggest } from './suggestions.ts';

let top: string;
let root: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'apiary-host-')));
  root = join(top, 'logs');
  mkdirSync(join(root, 'app'), { recursive: true });
  mkdirSync(join(root, 'bee'));
});

afterEach(() => {
  rmSync(top, { recursive: true });
});

const allowance = () => ({ allow: [root], dataFolder: join(root, 'bee') });

function list(path: string, match = ''): Folder {
  const isWatched = (file: string) => file.endsWith('watched.log');
  const answer = answerSchema.parse(listFolder(path, match, { allowance: allowance(), isWatched }));
  if (answer.kind !== 'folder') throw new Error(JSON.stringify(answer));
  return answer;
}

const named = ({ entries }: Folder, name: string) => entries.find((entry) => entry.name === name);

describe('a folder', () => {
  test('tells folders first, sizes, and what is watched', () => {
    writeFileSync(join(root, 'a.log'), 'one\n');
    writeFileSync(join(root, 'watched.log'), 'one\ntwo\n');
    const folder = list(root);
    expect(folder).toMatchObject({ open: true, path: root, roots: [root], omitted: 0 });
    expect(folder.entries.map(({ name }) => name)).toEqual(['app', 'bee', 'a.log', 'watched.log']);
    expect(named(folder, 'a.log')).toMatchObject({
      kind: 'file',
      bytes: 4,
      open: true,
      watched: false,
    });
    expect(named(folder, 'watched.log')).toMatchObject({ bytes: 8, watched: true });
  });

  test('shows what is closed with the reason: the Bee’s own, links that lead out, pipes', () => {
    const outside = join(top, 'secret');
    writeFileSync(outside, 'x');
    symlinkSync(outside, join(root, 'out'));
    symlinkSync(join(root, 'app'), join(root, 'in'));
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling'));
    const folder = list(root);
    expect(named(folder, 'bee')).toMatchObject({
      open: false,
      reason: expect.stringContaining('never read'),
    });
    expect(named(folder, 'out')).toMatchObject({
      link: true,
      open: false,
      reason: expect.stringContaining(`really ${outside}`),
    });
    expect(named(folder, 'in')).toMatchObject({ kind: 'folder', link: true, open: true });
    expect(named(folder, 'dangling')).toMatchObject({
      open: false,
      reason: expect.stringContaining('nothing'),
    });
    expect(list(join(root, 'bee'))).toMatchObject({ open: false, entries: [] });
    expect(list('/dev').open).toBe(false);
  });

  test('outside the roots it tells only the ways to them', () => {
    writeFileSync(join(top, 'secret'), 'x');
    const above = list(top);
    expect(above.open).toBe(false);
    expect(above.reason).toContain('--allow');
    expect(above.entries.map(({ name }) => name)).toEqual(['logs']);
    expect(list('/etc').entries).toEqual([]);
    expect(list('/').entries.map(({ name }) => name)).toEqual([top.split('/')[1]]);
  });

  test('a link to a folder outside is judged by where it leads, dots in a path likewise', () => {
    symlinkSync('/etc', join(root, 'etc'));
    expect(list(join(root, 'etc'))).toMatchObject({ open: false, entries: [] });
    expect(list(`${root}/app/../../`).path).toBe(top);
  });

  test('a folder that is not there is refused', () => {
    const context = { allowance: allowance(), isWatched: () => false };
    expect(listFolder(join(root, 'none'), '', context)).toMatchObject({ code: 'not-found' });
    writeFileSync(join(root, 'file'), '');
    expect(listFolder(join(root, 'file'), '', context)).toMatchObject({ code: 'not-found' });
  });

  test('a large one is cut, and narrowed by a part of the name', () => {
    for (let n = 0; n < FOLDER_ENTRIES_MAX + 5; n++)
      writeFileSync(join(root, 'app', `f${n}.log`), '');
    const folder = list(join(root, 'app'));
    expect([folder.entries.length, folder.omitted]).toEqual([FOLDER_ENTRIES_MAX, 5]);
    expect(list(join(root, 'app'), 'F77.').entries.map(({ name }) => name)).toEqual(['f77.log']);
  });
});

describe('the end of a file', () => {
  test('begins with a line, tells its offset, and survives bytes that are no text', () => {
    const path = join(root, 'a.log');
    writeFileSync(
      path,
      Buffer.concat([Buffer.from('first line\nsecond\nthird '), Buffer.of(0xff, 10)]),
    );
    const end = answerSchema.parse(readFileEnd(path, 12, allowance()));
    expect(end).toMatchObject({ kind: 'file-end', bytes: 26, from: 18, text: 'third \ufffd\n' });
    expect(readFileEnd(path, 100, allowance())).toMatchObject({ from: 0 });
  });

  test('is refused for what may not be read, and for what is not there', () => {
    expect(readFileEnd('/etc/passwd', 10, allowance())).toMatchObject({ code: 'target-forbidden' });
    expect(readFileEnd(join(root, 'none'), 10, allowance())).toMatchObject({ code: 'not-found' });
    expect(readFileEnd(root, 10, allowance())).toMatchObject({ code: 'target-forbidden' });
  });
});

describe('suggestions', () => {
  test('name log files that changed lately, several of one folder as a glob that can be set', async () => {
    mkdirSync(join(root, 'odd[1]'));
    writeFileSync(join(root, 'odd[1]', 'one.log'), 'x\n');
    for (const name of ['a.log', 'b.log', 'empty.log', 'notes.txt']) {
      writeFileSync(join(root, 'app', name), name.startsWith('empty') ? '' : 'x\n');
    }
    writeFileSync(join(root, 'bee', 'own.log'), 'x\n');
    const found = await suggest({
      allowance: allowance(),
      targets: ['metrics:'],
      isWatched: () => false,
      nowMs: Date.now(),
    });
    expect(answerSchema.parse(found)).toEqual(found);
    const ours = found.suggestions.filter(
      ({ url }) => url.includes(top) && url.startsWith('file:'),
    );
    expect(ours.map(({ url, files, open }) => [url, files, open])).toEqual(
      [
        [`file://${root}/app/*.log`, 3, true],
        [`file://${root}/odd%5B1%5D/one.log`, 1, true],
      ].sort(),
    );
    expect(found.suggestions.at(-1)).toMatchObject({ url: 'metrics:', watched: true });
  });

  test('know which program writes a file, by its open descriptors', () => {
    const proc = join(top, 'proc');
    for (const name of ['42/fd', '42/fdinfo']) mkdirSync(join(proc, name), { recursive: true });
    writeFileSync(join(proc, '42/comm'), 'shop\n');
    const log = join(root, 'app', 'shop.log');
    symlinkSync(log, join(proc, '42/fd/3'));
    writeFileSync(join(proc, '42/fdinfo/3'), 'pos:\t0\nflags:\t0102001\n');
    symlinkSync(join(root, 'app', 'read.log'), join(proc, '42/fd/4'));
    writeFileSync(join(proc, '42/fdinfo/4'), 'pos:\t0\nflags:\t0100000\n');
    symlinkSync('/dev/null', join(proc, '42/fd/5'));
    expect([...filesBeingWritten(proc)]).toEqual([[log, 'shop']]);
  });
});

describe('containers', () => {
  let server: Server;
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('come with image and labels', async () => {
    const list = [
      { Id: 'a', Names: ['/shop'], Image: 'shop:4', Labels: { tier: 'web' } },
      { Id: 'b' },
    ];
    server = createServer((_request, response) => response.end(JSON.stringify(list)));
    const socket = join(top, 'docker.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await listContainers(socket)).toEqual([
      { name: 'shop', image: 'shop:4', labels: { tier: 'web' } },
      { name: '', image: '', labels: {} },
    ]);
  });
});

describe('the machine', () => {
  const machine = (files: Record<string, string>) => findMachine((path) => files[path]);
  const dmi = (name: string, words: string) => ({ [`/sys/class/dmi/id/${name}`]: words });

  test.each([
    [{ ...dmi('sys_vendor', 'Amazon EC2'), ...dmi('product_name', 'c7g.large') }, 'kvm', 'aws'],
    [dmi('product_name', 'Google Compute Engine'), 'kvm', 'gcp'],
    [
      {
        ...dmi('sys_vendor', 'Microsoft Corporation'),
        ...dmi('product_name', 'Virtual Machine'),
        ...dmi('chassis_asset_tag', '7783-7084-3265-9085-8269-3286-77'),
      },
      'hyper-v',
      'azure',
    ],
    [dmi('sys_vendor', 'Hetzner'), 'kvm', 'hetzner'],
    [dmi('sys_vendor', 'VMware, Inc.'), 'vmware', undefined],
    [dmi('sys_vendor', 'innotek GmbH'), 'virtualbox', undefined],
    [{ '/proc/cpuinfo': 'flags\t\t: fpu vme hypervisor lm\n' }, 'unknown hypervisor', undefined],
    [{ '/proc/cpuinfo': 'flags\t\t: fpu vme lm\n' }, 'none', undefined],
    [{ '/.dockerenv': '' }, 'docker', undefined],
    [{ '/run/systemd/container': 'lxc\n' }, 'lxc', undefined],
    [{ '/proc/sys/kernel/osrelease': '5.15.1-microsoft-standard-WSL2\n' }, 'wsl', undefined],
    [{}, undefined, undefined],
  ])('%j is %s, %s', (files, virtualisation, cloud) => {
    const found = machine(files as Record<string, string>);
    expect([found.virtualisation, found.cloud]).toEqual([virtualisation, cloud]);
  });
});
