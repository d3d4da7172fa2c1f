/**
 * A shell in namespaces of its own: network (with one address beside loopback), mounts, processes and host
 * name. Whatever is started in it ends with it, and its traffic reaches nothing but itself.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { CliResult } from './cli.ts';

/** Needs root. */
export class Sandbox {
  readonly #shell: ChildProcessWithoutNullStreams;
  #output = '';
  #wake = Promise.withResolvers<void>();
  #turn: Promise<unknown> = Promise.resolve();
  #count = 0;

  private constructor() {
    const namespaces = ['--net', '--mount', '--pid', '--uts', '--fork', '--kill-child'];
    this.#shell = spawn('unshare', [...namespaces, '--mount-proc', 'sh']);
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream.on('data', (data: Buffer) => {
        this.#output += data.toString();
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      });
    }
    this.#shell.once('close', () => {
      this.#output += '\n@@closed\n';
      this.#wake.resolve();
    });
  }

  /** Opens one that has this address and host name. */
  static async open(address: string, hostName: string): Promise<Sandbox> {
    const sandbox = new Sandbox();
    await sandbox.must(
      `ip link set lo up && ip addr add ${address}/32 dev lo && hostname ${hostName}`,
    );
    return sandbox;
  }

  /** Runs a command of the shell to its end; what it writes to stderr comes with stdout. */
  run(command: string): Promise<Pick<CliResult, 'code' | 'stdout'>> {
    const running = this.#turn.then(async () => {
      this.#count += 1;
      const end = `@@end-${this.#count}`;
      this.#output = '';
      this.#shell.stdin.write(`( ${command}\n) </dev/null 2>&1\nprintf '\\n${end} %s\\n' $?\n`);
      for (;;) {
        const match = new RegExp(`\n${end} (\\d+)\n`).exec(this.#output);
        if (match) return { code: Number(match[1]), stdout: this.#output.slice(0, match.index) };
        if (this.#output.includes('@@closed')) throw new Error(`sandbox ended: ${this.#output}`);
        await this.#wake.promise;
      }
    });
    this.#turn = running.catch(() => undefined);
    return running;
  }

  /** The same, for what has to go well; resolves with what it wrote. */
  async must(command: string): Promise<string> {
    const { code, stdout } = await this.run(command);
    if (code !== 0) throw new Error(`${command}\nended with ${code}: ${stdout}`);
    return stdout;
  }

  /** Ends it with all that runs in it. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#shell.once('close', resolve));
    this.#shell.stdin.end('exit\n');
    await closed;
  }
}
