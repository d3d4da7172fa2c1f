/** What is worth watching on this host: found, never guessed; what the owner closes is named with the reason. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { SUGGESTIONS_MAX } from '@apiary/common/limits/host-view.ts';
import type { HostContainer, Suggestion, Suggestions } from '@apiary/common/messages/host-view.ts';
import { Folders } from '../inputs/file/folders.ts';
import { globsOfUrl } from '../inputs/file/glob.ts';
import {
  type Allowance,
  forbiddenReason,
  isAllowed,
  reasonOf,
  statOf,
} from '../inputs/file/open.ts';
import { codeOf, wordsOf } from '../system-error.ts';
import { listContainers } from './containers.ts';
import { KNOWN_SERVICES } from './known-services.ts';
import { filesBeingWritten, recentLogFiles } from './log-files.ts';

const DOCKER_SOCKET = '/var/run/docker.sock';
const JOURNALS = ['/run/log/journal', '/var/log/journal'];

/** What suggestions are made from. */
export interface SuggestionContext {
  readonly allowance: Allowance;
  /** URLs of the targets that are set. */
  readonly targets: readonly string[];
  readonly isWatched: (path: string) => boolean;
  readonly nowMs: number;
}

/** Looks around. */
export async function suggest(context: SuggestionContext): Promise<Suggestions> {
  const docker = await lookAtDocker(context);
  const covered = new Set<string>();
  const services = KNOWN_SERVICES.flatMap(({ title, paths }) =>
    paths.flatMap((path) => fileSuggestion(`file://${path}`, title, 'service', context, covered)),
  );
  const suggestions = [
    ...journal(context),
    ...docker.suggestions,
    ...services,
    ...writtenFiles(context, covered),
    ...foundFiles(context, covered),
    plain('metrics:', 'CPU, memory, disks, network', 'metrics', context),
  ];
  return {
    kind: 'suggestions',
    suggestions: suggestions.slice(0, SUGGESTIONS_MAX),
    containers: docker.containers,
  };
}

function plain(
  url: string,
  title: string,
  kind: Suggestion['kind'],
  { targets }: SuggestionContext,
): Suggestion {
  return { url, title, kind, open: true, watched: targets.includes(url) };
}

function journal(context: SuggestionContext): Suggestion[] {
  if (!JOURNALS.some((folder) => existsSync(folder))) return [];
  return [plain('journald:', 'Journal of systemd', 'journald', context)];
}

async function lookAtDocker(
  context: SuggestionContext,
): Promise<{ suggestions: Suggestion[]; containers: HostContainer[] }> {
  if (!existsSync(DOCKER_SOCKET)) return { suggestions: [], containers: [] };
  const suggestion = plain('docker:', 'Docker containers', 'containers', context);
  try {
    accessSync(DOCKER_SOCKET, constants.R_OK | constants.W_OK);
    const containers = await listContainers(DOCKER_SOCKET);
    return { suggestions: [{ ...suggestion, files: containers.length }], containers };
  } catch (error) {
    const code = codeOf(error);
    const reason =
      code === 'EACCES'
        ? `${DOCKER_SOCKET} may not be used by this Bee's user: add it to the group docker.`
        : `Docker does not answer: ${wordsOf(error)}`;
    return { suggestions: [{ ...suggestion, open: false, reason }], containers: [] };
  }
}

/** Files that processes write now: by folder, where one holds several of the same ending. */
function writtenFiles(context: SuggestionContext, covered: Set<string>): Suggestion[] {
  const writers = [...filesBeingWritten()].filter(([path]) => !covered.has(path));
  return writers.flatMap(([path, program]) =>
    fileSuggestion(urlOf(path), `written by ${program}`.slice(0, 255), 'file', context, covered),
  );
}

/** Other log files that changed lately, those of one folder and ending together. */
function foundFiles(context: SuggestionContext, covered: Set<string>): Suggestion[] {
  const { allowance, nowMs } = context;
  const files = recentLogFiles(allowance.allow, (folder) => !isAllowed(folder, allowance), nowMs);
  const groups = new Map<string, string[]>();
  for (const path of files.keys()) {
    if (covered.has(path)) continue;
    const group = `${dirname(path)}/*${extname(path)}`;
    groups.set(group, [...(groups.get(group) ?? []), path]);
  }
  return [...groups].flatMap(([group, paths]) => {
    const [first, second] = paths;
    if (first === undefined) return [];
    const url = second === undefined ? urlOf(first) : globUrlOf(group);
    const title =
      second === undefined ? basename(first) : `${paths.length} files in ${dirname(first)}`;
    return fileSuggestion(url, title.slice(0, 255), 'file', context, covered);
  });
}

function fileSuggestion(
  url: string,
  title: string,
  kind: Suggestion['kind'],
  context: SuggestionContext,
  covered: Set<string>,
): Suggestion[] {
  const { allowance, targets, isWatched } = context;
  if (url.length > 2048) return [];
  const { paths, refused } = new Folders(() => performance.now()).walk(globsOfUrl(url));
  const files = [...paths].flatMap((path) => {
    const stat = statOf(path);
    return stat?.isFile() && !covered.has(path) ? [{ path, stat }] : [];
  });
  const [first] = files;
  if (!first) {
    const [folder] = refused;
    if (!folder) return [];
    const reason = reasonOf(folder[0], folder[1]).slice(0, 1024);
    return [{ url, title, kind, open: false, reason, watched: targets.includes(url) }];
  }
  for (const { path } of files) covered.add(path);
  const closed = files.map(({ path }) => closedReason(path, allowance));
  const reason = closed.every((each) => each !== undefined) ? closed[0] : undefined;
  return [
    {
      url,
      title,
      kind,
      files: files.length,
      bytes: files.reduce((sum, { stat }) => sum + stat.size, 0),
      modifiedMs: Math.round(Math.max(...files.map(({ stat }) => stat.mtimeMs))),
      open: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      watched: targets.includes(url) || files.every(({ path }) => isWatched(path)),
    },
  ];
}

function closedReason(path: string, allowance: Allowance): string | undefined {
  if (!isAllowed(path, allowance)) return forbiddenReason(path, path, allowance).slice(0, 1024);
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return reasonOf(path, codeOf(error), error).slice(0, 1024);
  }
}

/** A URL that means exactly this path: what would be a wild card is encoded. */
function urlOf(path: string): string {
  return `file://${path.replace(/[%*?[\]{},\\#]/g, (sign) => `%${hex(sign)}`)}`;
}

/** The same with the `*` of its last part kept. */
function globUrlOf(glob: string): string {
  return `${urlOf(dirname(glob))}/*${urlOf(extname(glob)).slice('file://'.length)}`;
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
