/**
 * Stack traces of a bundle in terms of its sources. Node's own `--enable-source-maps` reads every map when
 * it loads a file, which costs a third of a process's memory; here a map is read when something went wrong.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `at f (file:///…/dist/bundle-…/chunk.js:1:23)` → `at f (/…/hive/src/x.ts:4:5)`; other lines stay. */
export function readableStack(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(
    /(file:\/\/\/[^\s():]+\.m?js):(\d+):(\d+)/g,
    (place: string, url: string, line: string, column: string) => {
      const file = fileURLToPath(url);
      if (!maps.has(file)) maps.set(file, mapOf(file));
      const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
      if (!origin || !('fileName' in origin)) return place;
      return `${resolve(dirname(file), origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
    },
  );
}

function mapOf(file: string): SourceMap | undefined {
  const map = `${file}.map`;
  return existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined;
}
