import { setFlagsFromString } from 'node:v8';

/**
 * Sets what the old part of the heap of threads that are started next may reach before V8 collects it; 0: V8 chooses. V8 reads it when
 * it makes a heap, and has no other way to be told. What the process was started with is meant for its own heap alone.
 *
 * @param mb in MB
 */
export function setOldSpaceOfThreads(mb: number): void {
  setFlagsFromString(`--initial-old-space-size=${mb}`);
}
