/**
 * Bundles the programs with esbuild. Node 24 runs the TypeScript as it is, but strips each of some hundred
 * files in every process; a bundle starts in a third of the time and takes a third less memory.
 */
import { readFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { projectRoot } from './data-folder.ts';

/** Modules that run in threads of their own, found by their address. */
const THREADS = [
  'hive/src/honeycomb/chunk/seal-worker.ts',
  'hive/src/honeycomb/life/rewrite-worker.ts',
  'hive/src/honeycomb/search/threads/search-worker.ts',
];

/** Commands of those who work on Apiary itself: they run from the sources. */
const FROM_SOURCES = /\/commands\/(bench|bundle|chaos|docs|test|wasm)\.ts$/;

const requireHere = createRequire(import.meta.url);

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

/**
 * Our sources, changed in two ways: a thread's module lies beside the bundle that starts it; and zod is imported as
 * a namespace, of which esbuild leaves out what nobody uses (of zod's own export `z` it can leave out nothing:
 * 440 KB more, with error texts in forty languages).
 */
const ourSources: Plugin = {
  name: 'our-sources',
  setup({ onLoad }) {
    onLoad({ filter: /\/((common|bee|hive|queen)\/src|scripts)\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(
          /new URL\('(\.[^']+)\.ts', import\.meta\.url\)/g,
          (_, module: string) => `new URL('./${basename(module)}.js', import.meta.url)`,
        )
        .replace("import { z } from 'zod';", "import * as z from 'zod';"),
      loader: 'ts',
    }));
  },
};

/** Node's modules that few processes use, although all of them name them: read at their first use. */
const READ_AT_USE = new Set(
  [
    'assert',
    'child_process',
    'cluster',
    'dgram',
    'fs/promises',
    'http',
    'http2',
    'https',
    'inspector',
    'perf_hooks',
    'readline',
    'stream/promises',
    'tls',
    'v8',
    'vm',
    'worker_threads',
  ].flatMap((name) => [name, `node:${name}`]),
);

/**
 * Node's own modules by `require`: `import` reads everything that they export, and with it undici, HTTP/2 and Web
 * Crypto, which nobody uses: 60 ms and 5 MB in each process. TLS and HTTP are another 14 ms and 8 MB.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: BUILTIN }, ({ path, namespace, kind }) => {
      if (namespace.startsWith('builtin')) return { path, external: true };
      const isAsked = kind === 'require-call' || READ_AT_USE.has(path);
      return { path, namespace: isAsked ? 'builtin' : 'builtin-names' };
    });
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: READ_AT_USE.has(path) ? readAtUse(path) : `module.exports = require('${path}');`,
    }));
    onLoad({ filter: /./, namespace: 'builtin-names' }, ({ path }) => ({ contents: byName(path) }));
  },
};

/**
 * An ES module of what a module of Node's exports, of which esbuild leaves out what nobody imports. Without it each file
 * that imports some of `node:fs` gets an object with all of it: measured at the start of a Bee, 26 ms of processor time.
 */
function byName(path: string): string {
  const names = Object.keys(requireHere(path)).filter((name) => name !== 'default');
  const lines = names.map(
    (name) => `export const ${name} = /* @__PURE__ */ (() => own.${name})();`,
  );
  return [`const own = require('${path}');`, 'export default own;', ...lines].join('\n');
}

/** A module whose exports are getters: the module itself is read when the first of them is, and `assert` when it fails. */
function readAtUse(path: string): string {
  const names = JSON.stringify(Object.keys(requireHere(path)));
  const isAssert = /^(node:)?assert$/.test(path);
  return `let own;
const read = () => (own ??= require('${path}'));
${isAssert ? 'module.exports = (value, message) => { if (!value) read()(value, message); };' : ''}
for (const name of ${names}) {
  Object.defineProperty(module.exports, name, { enumerable: true, get: () => read()[name] });
}`;
}

/**
 * pino asks for Node's threads, 5 ms and 1 MB, to learn that it runs in none and to write in some: a Bee has none.
 *
 * @throws Error when pino asks in another way
 */
const withoutLogThreads: Plugin = {
  name: 'without-log-threads',
  setup({ onLoad }) {
    onLoad({ filter: /\/pino\/lib\/(tools|transport)\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replace("const { isMainThread } = require('worker_threads')", 'const isMainThread = true')
        .replace("const ThreadStream = require('thread-stream')", '')
        .replace('new ThreadStream(', "new (require('thread-stream'))(");
      if (!/isMainThread = true|new \(require/.test(contents)) {
        throw new Error(`${path} asks for threads in another way now: see scripts/bundle.ts`);
      }
      return { contents, loader: 'js' };
    });
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
      plugins: [builtinsByRequire, ourSources, withoutSourceCommands],
    }),
    build({
      ...SHARED,
      entryPoints: ['bee/src/main.ts'],
      outfile: join(folder, 'bee.mjs'),
      plugins: [builtinsByRequire, ourSources, withoutLogThreads],
    }),
  ]);
}
