import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '@apiary/common/version.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle } from '../scripts/bundle.ts';
import { projectRoot } from '../scripts/data-folder.ts';
import { readableStack } from '../scripts/readable-stack.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'apiary-bundle-'));
  await bundle(join(folder, 'all'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (file: string, ...argv: string[]) =>
  spawnSync(process.execPath, [file, ...argv], { cwd: '/', encoding: 'utf8', env: {} });

describe('the bundle', () => {
  it('has a Bee that is one file, in need of nothing beside it', () => {
    const alone = join(folder, 'alone.mjs');
    copyFileSync(join(folder, 'all/bee.mjs'), alone);
    const { status, stdout, stderr } = node(alone, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('bee <broker>');
    expect(node(alone)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^bee: broker:/),
    });
  });

  it('runs commands, and leaves those that need the sources to the sources', () => {
    const { status, stdout } = node(join(folder, 'all/apiary.js'), '--help');
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Apiary watches every machine you have.',
    });
    const written = readdirSync(join(folder, 'all')).filter((name) => name.endsWith('.js'));
    const texts = written.map((name) => readFileSync(join(folder, 'all', name), 'utf8'));
    for (const thread of ['seal-worker.js', 'rewrite-worker.js', 'search-worker.js']) {
      expect(written).toContain(thread);
      expect(texts.some((text) => text.includes(`new URL("./${thread}"`))).toBe(true);
    }
    expect(texts.some((text) => text.includes('node_modules/jest'))).toBe(false);
  });

  it('tells in terms of the sources where something went wrong', () => {
    const name = readdirSync(join(folder, 'all')).find((file) => /^up-.*\.js$/.test(file)) ?? '';
    const file = join(folder, 'all', name);
    const lines = readFileSync(file, 'utf8').split('\n');
    const line = lines.findIndex((text) => text.includes('starting it again'));
    const column = lines[line]?.indexOf('starting it again') ?? -1;
    const stack = `Error: x\n    at onEnd (file://${file}:${line + 1}:${column + 1})\n    at node:fs:1:2`;
    expect(readableStack(stack)).toMatch(
      new RegExp(`^Error: x\n    at onEnd \\(${projectRoot}/scripts/commands/up\\.ts:\\d+:\\d+\\)`),
    );
    expect(readableStack(stack)).toContain('at node:fs:1:2');
  });
});

describe('the launcher', () => {
  it('makes a bundle where the sources are new, and uses it from then on', () => {
    const { stderr } = node(join(projectRoot, 'scripts/launch.js'), '--help');
    expect(stderr).toMatch(/^(apiary: bundling the programs…\napiary: bundled in \S+ s\n)?$/);
    expect(node(join(projectRoot, 'scripts/launch.js'), '--help')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});

describe('the version', () => {
  it('is that of every package', () => {
    for (const place of ['', 'common/', 'bee/', 'hive/', 'queen/']) {
      const text = readFileSync(join(projectRoot, `${place}package.json`), 'utf8');
      expect([place, JSON.parse(text).version]).toEqual([place, VERSION]);
    }
  });
});
