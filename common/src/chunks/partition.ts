import type { Partition } from './chunks.ts';

/** The partition of what arrived then under that retention class; its day is UTC's. */
export function partitionOf(arrival: {
  readonly arrivedMs: number;
  readonly retentionClass: string;
}): Partition {
  return {
    day: new Date(arrival.arrivedMs).toISOString().slice(0, 10),
    retentionClass: arrival.retentionClass,
  };
}

/** A partition as a key of a map. */
export function partitionKey(partition: Partition): string {
  return `${partition.day}/${partition.retentionClass}`;
}
