/** What a Bee finds out about its machine by itself. */
import { readFileSync } from 'node:fs';
import { arch, hostname, networkInterfaces, release, type } from 'node:os';
import type { AgentFacts } from '@apiary/common/messages/agent.ts';
import { findMachine } from './host/machine.ts';

const ADDRESSES_MAX = 64;

/** The facts as they are now. */
export function findFacts(version: string): AgentFacts {
  return {
    hostName: cleanHostName(hostname()),
    machineId: firstOf(['/etc/machine-id', '/var/lib/dbus/machine-id'])?.trim().slice(0, 128) ?? '',
    addresses: addresses(),
    system: systemName(),
    architecture: arch().slice(0, 32),
    version,
    zoneOffsetMinutes: -new Date().getTimezoneOffset(),
    ...findMachine((path) => firstOf([path])),
  };
}

function cleanHostName(name: string): string {
  return name.replace(/\p{Cc}/gu, '').slice(0, 255) || 'unnamed';
}

function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outside = all.filter((each) => !each.internal && !each.address.startsWith('fe80:'));
  return [...new Set(outside.map((each) => each.address))].slice(0, ADDRESSES_MAX);
}

function systemName(): string {
  const line = /^PRETTY_NAME="?(.*?)"?$/m.exec(firstOf(['/etc/os-release']) ?? '');
  return (line?.[1] ?? `${type()} ${release()}`).slice(0, 255);
}

function firstOf(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}
