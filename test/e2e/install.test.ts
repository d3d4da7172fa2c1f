import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../scripts/data-folder.ts';
import { unpackDebian } from '../harness/debian.ts';
import { eventually } from '../harness/eventually.ts';
import { Sandbox } from '../harness/sandbox.ts';

const script = join(projectRoot, 'scripts/install-bee.sh');
const ADDRESS = '192.168.77.1';

describe('the installer', () => {
  it('does nothing where it did not arrive whole', () => {
    const whole = readFileSync(script, 'utf8');
    const part = whole.slice(0, whole.lastIndexOf('main "$@"'));
    expect(spawnSync('sh', { input: part, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('explains itself, and refuses what it does not know', () => {
    const run = (...argv: string[]) => spawnSync('sh', [script, ...argv], { encoding: 'utf8' });
    expect(run('--help').stdout).toContain('--uninstall');
    expect(run('--colour')).toMatchObject({ status: 2, stdout: '' });
  });
});

const isRoot = process.getuid?.() === 0;
// A chroot, a system user and a network of one's own are root's; without, this part does not apply.
if (isRoot) {
  describe('one line on a fresh Debian', () => {
    let folder: string;
    let root: string;
    let sandbox: Sandbox;
    let line: string;

    const cli = (words: string) =>
      sandbox.must(
        `${process.execPath} ${join(projectRoot, 'scripts/launch.js')} ${words} --data ${folder}/data`,
      );
    const inside = (command: string) => {
      writeFileSync(join(root, 'command.sh'), command);
      return sandbox.run(`chroot ${root} sh /command.sh`);
    };
    const bees = async () => {
      const { stdout } = await sandbox.run(`pgrep -f '^/opt/apiary-bee/node .*bee.mjs'`);
      return stdout.split('\n').filter((pid) => pid !== '').length;
    };
    /** A service that was started is a process of that name only when it has become the Bee. */
    const oneBeeRuns = () =>
      eventually(async () => ((await bees()) === 1 ? true : undefined), 'one Bee runs');
    const agents = async (): Promise<{ id: string; approval: string; own: boolean }[]> => {
      const own = readFileSync(`${folder}/data/bee/identity.id`, 'utf8');
      const parsed = JSON.parse(await cli('agents --json'));
      return parsed.agents.map((agent: { id: string; approval: string }) => ({
        ...agent,
        own: agent.id === own,
      }));
    };
    const installed = async () => (await agents()).filter(({ own }) => !own);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'apiary-install-'));
      root = join(folder, 'root');
      unpackDebian(root);
      sandbox = await Sandbox.open(ADDRESS, 'watched');
      await sandbox.must(`mount -t proc proc ${root}/proc && mount --bind /dev ${root}/dev`);
      const up = `${process.execPath} ${join(projectRoot, 'scripts/launch.js')} up`;
      await sandbox.must(
        `setsid ${up} --data ${folder}/data --listen ${ADDRESS} >${folder}/up.log 2>&1 &`,
      );
      await eventually(
        () => (readFileSync(`${folder}/up.log`, 'utf8').includes('Ctrl-C') ? true : undefined),
        'up is ready',
        // It may have to build first.
        120_000,
      );
      const { agents: first } = JSON.parse(await cli('agents --json'));
      writeFileSync(`${folder}/data/bee/identity.id`, first[0].id);
      const told = JSON.parse(await cli('agents install --json'));
      // The fresh Debian has no sudo, and we are root.
      line = told.line.replace('| sudo sh', '| sh');
      expect(readFileSync(`${folder}/up.log`, 'utf8')).toContain(told.line);
    }, 300_000);

    afterAll(async () => {
      await sandbox?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('installs nothing from a server that shows another key', async () => {
      const wrong = line.replace(/sha256\/\/../, 'sha256//xx');
      const { stdout } = await inside(wrong);
      expect(stdout).toContain('does not match pinned public key');
      expect(existsSync(join(root, 'opt/apiary-bee'))).toBe(false);
    });

    it('installs a Bee that runs as its own user and waits for approval', async () => {
      const { code, stdout } = await inside(line);
      expect([code, stdout]).toEqual([0, expect.stringContaining('agents approve watched')]);
      const [agent] = await eventually(
        async () => {
          const found = await installed();
          return found.length > 0 ? found : undefined;
        },
        'the Bee greets',
        60_000,
      );
      expect(agent?.approval).toBe('pending');
      await oneBeeRuns();
      expect(statSync(join(root, 'var/lib/apiary-bee')).mode & 0o777).toBe(0o700);
      expect(statSync(join(root, 'etc/apiary-bee/bee.env')).mode & 0o777).toBe(0o640);
      expect(statSync(join(root, 'opt/apiary-bee/bee.mjs')).uid).toBe(0);
    }, 120_000);

    it('has its lines stored, of the folders that the owner allows', async () => {
      const [agent] = await installed();
      await cli(`agents approve ${agent?.id}`);
      writeFileSync(join(root, 'var/log/app.log'), '');
      const { results } = JSON.parse(
        await cli(
          `targets add --agents ${agent?.id} file:///var/log/app.log file:///etc/passwd --json`,
        ).catch((error: Error) => /\{.*\}/s.exec(error.message)?.[0] ?? '{}'),
      );
      expect(results.map(({ state }: { state: string }) => state).sort()).toEqual([
        'active',
        'failed',
      ]);
      appendFileSync(join(root, 'var/log/app.log'), 'from a machine far away\n');
      const found = await eventually(
        async () => {
          const { records } = JSON.parse(await cli(`search '"machine far away"' --json`));
          return records.length > 0 ? records : undefined;
        },
        'the line is stored',
        60_000,
      );
      expect(found).toMatchObject([{ host: 'watched', file: '/var/log/app.log' }]);
    }, 120_000);

    it('is brought up to date by the same line, and keeps its key and what the owner set', async () => {
      const config = join(root, 'etc/apiary-bee/bee.env');
      writeFileSync(config, readFileSync(config, 'utf8').replace('=/var/log', '=/var/log:/srv'));
      expect(await inside(line)).toMatchObject({ code: 0 });
      await oneBeeRuns();
      expect(readFileSync(config, 'utf8')).toContain('APIARY_ALLOW=/var/log:/srv\n');
      expect(readFileSync(config, 'utf8').match(/APIARY_BROKER=/g)).toHaveLength(1);
      expect(await installed()).toHaveLength(1);
    }, 120_000);

    it('goes without a trace but its key, and comes back as the same', async () => {
      const remove = 'sh /opt/apiary-bee/install-bee.sh --uninstall';
      expect(await inside(remove)).toMatchObject({ code: 0 });
      expect(await bees()).toBe(0);
      for (const path of ['opt/apiary-bee', 'etc/init.d/apiary-bee', 'run/apiary-bee.pid']) {
        expect([path, existsSync(join(root, path))]).toEqual([path, false]);
      }
      expect(existsSync(join(root, 'var/lib/apiary-bee/identity.key'))).toBe(true);
      expect(await inside(line)).toMatchObject({ code: 0 });
      await oneBeeRuns();
      expect(await inside(`${remove} --purge`)).toMatchObject({ code: 0 });
      const { stdout } = await inside('id apiary-bee; ls -d /var/lib/apiary-bee /etc/apiary-bee');
      expect(stdout).not.toMatch(/^(uid|\/)/m);
      expect(await installed()).toHaveLength(1);
      const again = await inside(`${line} -s -- --uninstall --purge`);
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no Bee') });
    }, 120_000);

    it('makes a unit that systemd understands, where that runs', async () => {
      mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
      const calls = join(root, 'calls');
      writeFileSync(join(root, 'usr/bin/systemctl'), '#!/bin/sh\necho "$@" >>/calls\n');
      chmodSync(join(root, 'usr/bin/systemctl'), 0o755);
      expect(await inside(line)).toMatchObject({ code: 0 });
      expect(readFileSync(calls, 'utf8')).toBe(
        'daemon-reload\nenable --quiet apiary-bee\nrestart apiary-bee\n',
      );
      const unit = 'etc/systemd/system/apiary-bee.service';
      // Judged on this machine, whose systemd has all targets, and nothing at the program's place.
      const text = readFileSync(join(root, unit), 'utf8').replace(
        '=/opt/apiary-bee/node',
        '=/bin/true',
      );
      writeFileSync(join(folder, 'apiary-bee.service'), text);
      const verify = ['verify', '--man=no', '--recursive-errors=no'];
      const judged = spawnSync('systemd-analyze', [...verify, join(folder, 'apiary-bee.service')], {
        encoding: 'utf8',
      });
      expect([judged.status, judged.stderr.match(/apiary-bee.*/g)]).toEqual([0, null]);
      rmSync(calls);
      await inside('sh /opt/apiary-bee/install-bee.sh --uninstall --purge');
      expect(readFileSync(calls, 'utf8')).toContain(
        'stop apiary-bee\ndisable --quiet apiary-bee\n',
      );
      expect(existsSync(join(root, unit))).toBe(false);
    }, 120_000);
  });
}
