import type { ComponentContext } from '@apiary/common/component.ts';
import type { Counter } from 'prom-client';
import type { AlertLinks } from './alert-links.ts';
import type { ChannelEnvironment } from './channels/channel.ts';
import type { Model } from './model.ts';
import type { Secrets } from './secrets.ts';

/** Settings of sting. */
export interface StingSettings {
  /** File that holds the key of channels' secrets; made where it is missing. */
  readonly keyFile: string;
  /** Where people reach the web UI, without a slash at the end. */
  readonly publicUrl: string;
}

/** What the parts of sting share. */
export interface Parts {
  readonly context: ComponentContext;
  readonly settings: StingSettings;
  readonly model: Model;
  readonly secrets: Secrets;
  readonly links: AlertLinks;
  readonly environment: ChannelEnvironment;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Attempts by kind of channel and outcome. */
  readonly attempts: Counter<'kind' | 'outcome'>;
}
