/** How the code has to look, as tests: direction of imports, sizes, names, live links, no dead exports. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const FILE_LINES_MAX = 400;

/** Counts that may only go down. Lower them when the code allows it; never raise them. */
const RATCHET = { 'biome-ignore': 22, '@ts-expect-error': 2, 'as unknown as': 6 } as const;

function trackedFiles(): string[] {
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.stdout.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
}

const files = trackedFiles();
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
const isTest = (file: string) =>
  /\.(test|contract)\.tsx?$/.test(file) || file.startsWith('test/') || file.includes('/testing/');
const program = sources.filter((file) => !isTest(file));

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|import\('([^']+)'\)/g;
  return [...read(file).matchAll(pattern)].flatMap((match) => {
    const name = match[1] ?? match[2] ?? '';
    const workspace = /^@apiary\/(\w+)\/(.+)$/.exec(name);
    if (workspace) return [{ from: file, to: `${workspace[1]}/src/${workspace[2]}` }];
    if (!name.startsWith('.')) return [];
    return [{ from: file, to: relative(root, resolve(root, dirname(file), name)) }];
  });
}

const place = (file: string) => file.split('/')[0] ?? '';
const hivePart = (file: string) => /^hive\/src\/([^/]+)\//.exec(file)?.[1];
const show = (imports: readonly Import[]) => imports.map(({ from, to }) => `${from} -> ${to}`);

describe('the direction of imports', () => {
  const imports = program.flatMap(importsOf);

  it('lets workspaces meet only in common', () => {
    const workspaces = ['common', 'bee', 'hive', 'queen'];
    const wrong = imports.filter(
      ({ from, to }) =>
        workspaces.includes(place(from)) && place(from) !== place(to) && place(to) !== 'common',
    );
    expect(show(wrong)).toEqual([]);
  });

  it('keeps the insides of sibling components apart', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [hivePart(from), hivePart(to)];
      return own !== undefined && other !== undefined && own !== other;
    });
    expect(show(wrong)).toEqual([]);
  });

  it('lets only the host process import the registries', () => {
    const registries = ['hive/src/index.ts', 'queen/src/index.ts'];
    const wrong = imports.filter(
      ({ from, to }) => registries.includes(to) && from !== 'scripts/host.ts',
    );
    expect(show(wrong)).toEqual([]);
  });

  it('never points from an interface to its implementations', () => {
    const interfaces: Readonly<Record<string, RegExp>> = {
      'common/src/bus/bus.ts': /^common\/src\/bus\//,
      'common/src/documents/documents.ts': /^common\/src\/documents\//,
      'common/src/chunks/chunks.ts': /^common\/src\/chunks\//,
      'bee/src/inputs/input.ts': /^bee\/src\/inputs\/[^/]+\//,
    };
    const wrong = imports.filter(({ from, to }) => interfaces[from]?.test(to));
    expect(show(wrong)).toEqual([]);
  });

  it('resolves every relative import to a file', () => {
    const lost = sources
      .flatMap(importsOf)
      .filter(({ to }) => !existsSync(join(root, to)) && !/\.(css|svg)(\?\w+)?$/.test(to))
      .filter(({ to }) => !existsSync(join(root, `${to}.ts`)));
    expect(show(lost)).toEqual([]);
  });
});

describe('the outside world', () => {
  it('is touched by entry points alone', () => {
    const allowed = (file: string) =>
      basename(file) === 'main.ts' ||
      file === 'scripts/apiary.ts' ||
      // Spawns children with the environment it was given itself.
      file === 'scripts/supervisor.ts' ||
      file === 'scripts/web-build.ts';
    const wrong = program.filter(
      (file) => !allowed(file) && /\bprocess\.(env|argv|exit|on|once)\b/.test(read(file)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('sizes', () => {
  it(`keeps every file within ${FILE_LINES_MAX} lines`, () => {
    const long = program.filter((file) => read(file).split('\n').length > FILE_LINES_MAX);
    expect(long).toEqual([]);
  });
});

describe('names', () => {
  it('says what a file is about', () => {
    const vague = /^(utils?|helpers?|misc|stuff|common|shared)\.tsx?$/;
    expect(sources.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  it('writes file names in kebab case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/;
    expect(sources.filter((file) => !kebab.test(basename(file)))).toEqual([]);
  });
});

/** How often each word stands in a text. */
function wordCounts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\w+/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

describe('exports', () => {
  const declared =
    /^export (?:async )?(?:const|function\*?|class|interface|type|abstract class) (\w+)/gm;

  it('are all used somewhere', () => {
    const uses = new Map(sources.map((file) => [file, wordCounts(read(file))]));
    const fileCounts = new Map<string, number>();
    for (const words of uses.values()) {
      for (const word of words.keys()) fileCounts.set(word, (fileCounts.get(word) ?? 0) + 1);
    }
    const unused = program.flatMap((file) =>
      [...read(file).matchAll(declared)]
        .map((match) => match[1] ?? '')
        .filter((name) => fileCounts.get(name) === 1 && uses.get(file)?.get(name) === 1)
        .map((name) => `${file}: ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('are all described', () => {
    const silent = program.flatMap((file) => {
      const lines = read(file).split('\n');
      return lines
        .map((line, index) => ({ line, before: lines[index - 1] ?? '', index }))
        .filter(({ line }) =>
          /^export (async )?(const|function\*?|class|interface|type) \w/.test(line),
        )
        .filter(({ before }) => !before.trimEnd().endsWith('*/'))
        .map(({ index }) => `${file}:${index + 1}`);
    });
    expect(silent).toEqual([]);
  });
});

describe('the ratchet', () => {
  it.each(Object.entries(RATCHET))('finds no more than before of: %s', (words, most) => {
    const count = sources
      .filter((file) => file !== 'test/tidy.test.ts')
      .reduce((sum, file) => sum + read(file).split(words).length - 1, 0);
    expect(count).toBeLessThanOrEqual(most);
  });

  it('finds no open ends', () => {
    const open = /\b(TODO|FIXME|XXX|HACK)\b|\b(it|describe|test)\.(skip|only)\(|\bas any\b/;
    const found = sources.filter((file) => file !== 'test/tidy.test.ts' && open.test(read(file)));
    expect(found).toEqual([]);
  });
});

describe('documents', () => {
  const pages = files.filter((file) => file.endsWith('.md'));

  it('link to files that exist', () => {
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => (match[1] ?? '').split('#')[0] ?? '')
        .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(resolve(root, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).toEqual([]);
  });
});

describe('tools', () => {
  const run = (program: string, argv: readonly string[]) => {
    const done = spawnSync(join(root, 'node_modules/.bin', program), argv, {
      cwd: root,
      encoding: 'utf8',
    });
    return `${done.stdout}${done.stderr}`.trim() && done.status !== 0
      ? `${done.stdout}${done.stderr}`.slice(-4000)
      : '';
  };

  it('the type checker finds nothing', () => {
    expect(run('tsc', ['--noEmit'])).toBe('');
    expect(run('tsc', ['--noEmit', '-p', 'queen/web'])).toBe('');
  }, 180_000);

  it('the linter finds nothing', () => {
    expect(run('biome', ['check', '.', '--max-diagnostics=20'])).toBe('');
  }, 120_000);
});
