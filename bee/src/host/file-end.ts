/** The end of a file that somebody looks at before watching it. */
import { closeSync } from 'node:fs';
import type { Answer } from '@apiary/common/messages/host-view.ts';
import { readAt } from '../inputs/file/identity.ts';
import { type Allowance, openRegular } from '../inputs/file/open.ts';

const NEWLINE = 10;

/** The last `bytes` of a file, from the beginning of a line where one begins in them. */
export function readFileEnd(path: string, bytes: number, allowance: Allowance): Answer {
  const opened = openRegular(path, allowance);
  if (opened.kind === 'absent') {
    return { kind: 'refused', code: 'not-found', reason: `There is no file ${path}.` };
  }
  if (opened.kind === 'refused') {
    return { kind: 'refused', code: 'target-forbidden', reason: opened.reason.slice(0, 1024) };
  }
  const { fd, stat } = opened;
  try {
    const start = Math.max(0, stat.size - bytes);
    const data = readAt(fd, start, stat.size - start);
    const newline = start === 0 ? -1 : data.indexOf(NEWLINE);
    const skipped = newline < 0 || newline === data.length - 1 ? 0 : newline + 1;
    return {
      kind: 'file-end',
      path,
      bytes: stat.size,
      modifiedMs: Math.round(stat.mtimeMs),
      from: start + skipped,
      text: data.toString('utf8', skipped),
    };
  } finally {
    closeSync(fd);
  }
}
