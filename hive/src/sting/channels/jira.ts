/**
 * Jira, Cloud or Data Center: an alert is one issue, repeats are comments, the resolution is a transition.
 * Nothing happens twice: the issue bears a label made from the alert, a comment bears the delivery's key, and
 * after an attempt whose outcome nobody knows both are looked for first.
 */
import { CAREFUL_ATTEMPTS_MAX } from '@apiary/common/limits/deliveries.ts';
import { z } from 'zod';
import {
  addressField,
  defineChannel,
  privateAddressField,
  requiredText,
  type SendOrder,
  type SendResult,
} from './channel.ts';
import { JiraClient } from './jira-client.ts';
import { issueLabel, jiraComment, jiraDescription, jiraSummary } from './jira-text.ts';

/** See the file's head. */
export const jiraChannel = defineChannel({
  kind: 'jira',
  title: 'Jira',
  summary: 'Opens an issue for each alert, comments on repeats, closes it when it is over',
  perDevice: false,
  perAlert: true,
  attemptsMax: CAREFUL_ATTEMPTS_MAX,
  fields: z.object({
    url: addressField('Address', 'https://YOU.atlassian.net, or your own server’s.'),
    deployment: z.enum(['cloud', 'data-center']).default('cloud').meta({
      title: 'Edition',
      description:
        'Cloud signs in with an e-mail address and an API token, Data Center with a token.',
    }),
    email: z.string().max(320).optional().meta({
      title: 'E-mail address',
      description: 'Cloud only: whose API token it is.',
    }),
    token: requiredText('Token', 'An API token (Cloud) or personal access token (Data Center).'),
    project: requiredText('Project', 'The project’s key, such as OPS.').regex(
      /^[A-Z][A-Z0-9_]{0,254}$/,
      'Project is its key, in capitals',
    ),
    issueType: z.string().min(1).max(128).default('Task').meta({
      title: 'Kind of issue',
      description: 'As the project names it.',
    }),
    doneTransition: z.string().max(128).optional().meta({
      title: 'Transition',
      description: 'Taken when the alert is over; left empty: the first that leads to “done”.',
    }),
    privateAddress: privateAddressField,
  }),
  secrets: ['token'],
  open: (fields, environment) => {
    const client = new JiraClient(fields, environment);
    const { project, issueType, doneTransition } = fields;
    return {
      send: async (order) => {
        const { signal, notification, memory } = order;
        const label = issueLabel(notification);
        const jira = client.within(signal);
        const { kind } = notification.message;
        // Before the first attempt of the first message there can be no issue.
        const isNew = order.isFirst && kind === 'fired';
        const known = memory.issue ?? (isNew ? undefined : await jira.findIssue(project, label));
        if (typeof known === 'object') return known;
        if (known === undefined) {
          if (kind === 'resolved') return { outcome: 'sent', note: 'no issue is open for it' };
          return await jira.createIssue({
            project: { key: project },
            issuetype: { name: issueType },
            summary: jiraSummary(notification),
            description: jiraDescription(notification),
            labels: ['apiary', label],
          });
        }
        const done = await tell(order, jira, known, doneTransition);
        return done.outcome === 'sent' ? { ...done, memory: { issue: known } } : done;
      },
      close: async () => {},
    };
  },
});

async function tell(
  { notification, isFirst }: SendOrder,
  jira: ReturnType<JiraClient['within']>,
  issue: string,
  doneTransition: string | undefined,
): Promise<SendResult> {
  const { kind } = notification.message;
  if (kind === 'fired') return { outcome: 'sent', note: `${issue} is there` };
  if (kind === 'resolved') return await jira.finish(issue, doneTransition);
  if (!isFirst) {
    const found = await jira.hasComment(issue, notification.key);
    if (typeof found === 'object') return found;
    if (found) return { outcome: 'sent', note: `${issue} has the comment` };
  }
  return await jira.comment(issue, jiraComment(notification));
}
