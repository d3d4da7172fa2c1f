/** What every input is: one way in which log data comes about, named by the scheme of its targets' URLs. */
import type { Clock } from '@apiary/common/clock.ts';
import type { Logger } from '@apiary/common/log.ts';
import type { TargetSpec, TargetState } from '@apiary/common/messages/agent.ts';
import type { CertificatePaths } from '@apiary/common/tls/certificate-file.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { Ledger } from '../ledger.ts';
import type { Demand } from '../source.ts';
import type { Spools } from '../spool/spools.ts';
import type { ListenAllowance } from './listen-allowance.ts';

/** Which programs `check:` targets may run. */
export interface CheckAllowance {
  /** Folders that plugins are looked for in, by their name alone. */
  readonly folders: readonly string[];
  /** Whether the Hive may give arguments. */
  readonly allowArguments: boolean;
}

/** What targets that listen with TLS show, and whom they take. */
export interface ListenTls {
  /** Absent: one that the Bee makes and keeps in its data folder. */
  readonly certificate?: CertificatePaths;
  /** PEM: only senders with a certificate of this authority. Absent: everybody. */
  readonly clientAuthority?: string;
}

/** What an input is given. */
export interface InputContext {
  readonly checkpoint: Checkpoint;
  readonly demand: Demand;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  /** Folders that the host's owner allows files to be read from; real, absolute paths. */
  readonly allow: readonly string[];
  /** Never read from: it holds the key. */
  readonly dataFolder: string;
  /** What targets without a file behind them write to. */
  readonly spools: Spools;
  readonly checks: CheckAllowance;
  /** Where targets may listen. */
  readonly listen: ListenAllowance;
  readonly tls: ListenTls;
  /** Called when a target's state has changed. */
  readonly onState: (target: string, state: TargetState) => void;
}

/** All targets of one scheme. */
export interface Input {
  /**
   * Replaces the targets. Resolves when each has a state.
   *
   * @param fresh ids of those that were never set before: what exists now is history to them
   */
  apply(targets: readonly TargetSpec[], fresh: ReadonlySet<string>): Promise<void>;
  /** What became of a target that was applied. */
  state(target: string): TargetState | undefined;
  /** Reads no more and lets go of everything. */
  stop(): Promise<void>;
}

/** Makes an input; the entry of the registry. */
export type InputFactory = (context: InputContext) => Input;
