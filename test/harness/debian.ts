/** A fresh Debian in a folder, made by debootstrap from the mirror that this machine's apt uses. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function run(program: string, argv: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${argv.join(' ')}: ${error?.message ?? `${stdout}\n${stderr}`}`);
}

/** Unpacks one into `folder`. The first time on a machine it takes a minute, then seconds. */
export function unpackDebian(folder: string): void {
  const release = readFileSync('/etc/os-release', 'utf8');
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] ?? 'stable';
  const kept = join(tmpdir(), `apiary-debian-${suite}.tar`);
  if (!existsSync(kept)) {
    const making = `${kept}.${process.pid}`;
    const mirror = run('apt-get', ['indextargets', '--format', '$(REPO_URI)']).split('\n')[0] ?? '';
    const what = ['--variant=minbase', '--include=curl', suite, `${making}.d`, mirror];
    run('debootstrap', what);
    run('tar', [
      '-C',
      `${making}.d`,
      '--exclude=./var/cache/apt/archives/*.deb',
      '-cf',
      making,
      '.',
    ]);
    rmSync(`${making}.d`, { recursive: true, force: true });
    renameSync(making, kept);
  }
  mkdirSync(folder, { recursive: true });
  run('tar', ['-C', folder, '-xf', kept]);
}
