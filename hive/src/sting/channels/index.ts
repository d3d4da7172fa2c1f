/** The kinds of channels. Adding one is a file and a line here. */
import { CHANNEL_KINDS, type ChannelKind } from '@apiary/common/messages/channel.ts';
import { apnsChannel } from './apns.ts';
import type { ChannelType } from './channel.ts';
import { emailChannel } from './email.ts';
import { jiraChannel } from './jira.ts';
import { ntfyChannel } from './ntfy.ts';
import { pagerdutyChannel } from './pagerduty.ts';
import { slackChannel } from './slack.ts';
import { snsChannel } from './sns.ts';
import { webPushChannel } from './web-push.ts';
import { webhookChannel } from './webhook.ts';

const BY_KIND: Readonly<Record<ChannelKind, ChannelType>> = {
  apns: apnsChannel,
  'web-push': webPushChannel,
  email: emailChannel,
  slack: slackChannel,
  jira: jiraChannel,
  ntfy: ntfyChannel,
  pagerduty: pagerdutyChannel,
  sns: snsChannel,
  webhook: webhookChannel,
};

/** The kind of that name. */
export function channelType(kind: ChannelKind): ChannelType {
  return BY_KIND[kind];
}

/** All kinds, in the order of their declaration. */
export const CHANNEL_TYPES: readonly ChannelType[] = CHANNEL_KINDS.map(channelType);
