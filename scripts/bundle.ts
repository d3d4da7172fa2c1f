/**
 * Bundles the programs with esbuild. Node 24 runs the TypeScript as it is, but strips each of some hundred
 * files in every process; a bundle starts in a third of the time and takes a third less memory.
 */
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { projectRoot } from './data-folder.ts';

/** Modules that run in threads of their own, found by their address. */
const THREADS = [
  'hive/src/honeycomb/chunk/seal-worker.ts',
  'hive/src/honeycomb/life/rewrite-worker.ts',
  'hive/src/honeycomb/search/threads/search-worker.ts',
];

/** Commands of those who work on Apiary itself: they run from the sources. */
const FROM_SOURCES = /\/commands\/(bench|bundle|chaos|docs|test)\.ts$/;

const BUILTIN = new RegExp(`^(node:.*|${builtinModules.join('|')})$`);

const SHARED: BuildOptions = {
  absWorkingDir: projectRoot,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  // Libraries that are no ES modules ask for Node's own by `require`.
  banner: {
    js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);",
  },
};

/** A thread's module lies beside the bundle that starts it. */
const threadsBeside: Plugin = {
  name: 'threads-beside',
  setup({ onLoad }) {
    onLoad({ filter: /\/(common|bee|hive|queen)\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g,
        (_, module: string) => `new URL('./${basename(module)}.js', import.meta.url)`,
      ),
      loader: 'ts',
    }));
  },
};

/** zod's error texts in forty languages, of which English is used. */
const englishAlone: Plugin = {
  name: 'english-alone',
  setup({ onResolve }) {
    onResolve({ filter: /\/locales\/index\.js$/ }, ({ path, resolveDir }) =>
      resolveDir.includes('/zod/') ? { path: join(resolveDir, dirname(path), 'en.js') } : undefined,
    );
  },
};

/**
 * Node's own modules by `require`: `import` reads everything that they export, and with it undici, HTTP/2 and Web
 * Crypto, which nobody uses: 60 ms and 5 MB in each process.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: BUILTIN }, ({ path, namespace }) =>
      namespace === 'builtin' ? { path, external: true } : { path, namespace: 'builtin' },
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** What is not part of a bundle: commands that run from the sources. */
const withoutSourceCommands: Plugin = {
  name: 'without-source-commands',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ path, resolveDir }) =>
      FROM_SOURCES.test(join(resolveDir, path)) ? { path, external: true } : undefined,
    );
  },
};

/**
 * Writes `apiary.js` with its chunks, the threads' modules, and `bee.mjs`: the whole Bee in one file.
 *
 * @throws esbuild's error when a source cannot be bundled
 */
export async function bundle(folder: string): Promise<void> {
  const programs = ['scripts/apiary.ts', ...THREADS];
  await Promise.all([
    build({
      ...SHARED,
      entryPoints: programs.map((path) => ({ in: path, out: basename(path, '.ts') })),
      outdir: folder,
      splitting: true,
      plugins: [builtinsByRequire, threadsBeside, englishAlone, withoutSourceCommands],
    }),
    build({
      ...SHARED,
      entryPoints: ['bee/src/main.ts'],
      outfile: join(folder, 'bee.mjs'),
      plugins: [builtinsByRequire, englishAlone],
    }),
  ]);
}
