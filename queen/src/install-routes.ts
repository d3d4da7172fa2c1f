/** How a Bee comes to another machine: what the first screen and `./apiary agents install` show. */
import { z } from 'zod';
import { bare, route } from './route.ts';

/** See each field. */
export const installSchema = z.object({
  /** What root types on a machine to be watched; absent where no machine could follow it. */
  line: z.string().optional(),
  /** What root types there to be rid of it again. */
  uninstall: z.string().optional(),
  /** The broker as a Bee is given it, without an account; `?pin=` says which key it must have. */
  broker: z.string(),
  /** The key of the certificate as `sha256//…`, where it is one that Apiary made or was given. */
  pin: z.string().optional(),
  /** Whether other machines can reach this instance, or this one alone. */
  reach: z.enum(['network', 'machine']),
  /** What to know or to do, in one sentence. */
  hint: z.string(),
});

/** See {@link installSchema}. */
export type Install = z.output<typeof installSchema>;

/** Routes of the installer. */
export const INSTALL_ROUTES = {
  install: route('get', '/api/install', {
    ...bare,
    access: 'viewer',
    summary: 'Tells the line that installs a Bee on another machine',
    response: installSchema,
  }),
  installScript: route('get', '/install-bee.sh', {
    ...bare,
    access: 'public',
    summary: 'The script that installs a Bee on Linux, with the address of this instance in it',
    response: z.string(),
    contentType: 'text/x-shellscript',
  }),
  installBee: route('get', '/install/bee.mjs', {
    ...bare,
    access: 'public',
    summary: 'The whole Bee in one file',
    response: z.string(),
    contentType: 'text/javascript',
  }),
  installNode: route('get', '/install/node', {
    ...bare,
    access: 'public',
    summary: 'The Node that runs this instance, for machines of the same kind',
    response: z.string(),
    contentType: 'application/octet-stream',
  }),
  authority: route('get', '/ca.crt', {
    ...bare,
    access: 'public',
    summary: "The certificate of this instance's own authority",
    response: z.string(),
    contentType: 'application/x-x509-ca-cert',
  }),
} as const;
