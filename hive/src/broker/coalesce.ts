const SMALL_BYTES = 4 * 1024;
const MERGED_BYTES_MAX = 256 * 1024;

/**
 * Joins runs of small buffers, so that a vectored write has few parts while large bodies are not
 * copied.
 */
export function coalesce(parts: readonly Buffer[]): Buffer[] {
  const merged: Buffer[] = [];
  let run: Buffer[] = [];
  let runBytes = 0;
  const endRun = () => {
    const only = run[0];
    if (only) merged.push(run.length === 1 ? only : Buffer.concat(run, runBytes));
    run = [];
    runBytes = 0;
  };
  for (const part of parts) {
    if (part.length > SMALL_BYTES) {
      endRun();
      merged.push(part);
    } else {
      if (runBytes + part.length > MERGED_BYTES_MAX) endRun();
      run.push(part);
      runBytes += part.length;
    }
  }
  endRun();
  return merged;
}
