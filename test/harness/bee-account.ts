/** A broker account with a Bee's rights: it writes to two exchanges and has queues of its own. */
export const BEE_ACCOUNT = {
  name: 'bee',
  password: 'bee',
  permissions: {
    configure: '^amq\\.gen.*$',
    write: '^(apiary\\.blocks|apiary\\.from-agents|amq\\.gen.*)$',
    read: '^amq\\.gen.*$',
  },
} as const;
