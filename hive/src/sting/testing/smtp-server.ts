/** A small SMTP server (RFC 5321) with AUTH PLAIN and LOGIN (RFC 4954) and STARTTLS (RFC 3207). */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-tls.ts';

/** A mail that was taken. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header fields by lower-case name, unfolded. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly text: string;
  readonly isSecure: boolean;
  readonly user: string | undefined;
}

/** See the file's head. */
export class SmtpServer {
  readonly mails: Mail[] = [];
  readonly certificate = LOOPBACK_CERTIFICATE;
  /** `user:password` that is asked for; undefined: none. */
  account: string | undefined;
  readonly failures: { readonly command: string; readonly reply: string }[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
      new Conversation(this, socket, false).begin();
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    // A server that listens on a port has an AddressInfo.
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next such command gets this reply instead. */
  failNext(command: string, reply: string): void {
    this.failures.push({ command, reply });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class Conversation {
  readonly #server: SmtpServer;
  readonly #socket: Socket;
  readonly #isSecure: boolean;
  #rest = '';
  #user: string | undefined;
  #from = '';
  #to: string[] = [];
  #data: string[] | undefined;

  constructor(server: SmtpServer, socket: Socket, isSecure: boolean) {
    this.#server = server;
    this.#socket = socket;
    this.#isSecure = isSecure;
  }

  begin(): void {
    if (!this.#isSecure) this.#reply('220 localhost ESMTP');
    this.#socket.on('data', this.#onData);
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#rest += bytes.toString('latin1');
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 2);
      this.#take(line);
    }
  };

  #reply(text: string): void {
    this.#socket.write(`${text}\r\n`);
  }

  #take(line: string): void {
    if (this.#data) {
      if (line !== '.') {
        this.#data.push(line.replace(/^\./, ''));
        return;
      }
      const text = this.#data.join('\r\n');
      this.#data = undefined;
      if (this.#failed('.')) return;
      this.#keep(text);
      this.#reply('250 2.0.0 queued');
      return;
    }
    const [, verb = '', rest = ''] = /^(\w+)\s*(.*)$/.exec(line) ?? [];
    if (!this.#failed(verb.toUpperCase())) this.#command(verb.toUpperCase(), rest);
  }

  #failed(command: string): boolean {
    const place = this.#server.failures.findIndex((failure) => failure.command === command);
    if (place < 0) return false;
    const [failure] = this.#server.failures.splice(place, 1);
    this.#reply(failure?.reply ?? '');
    return true;
  }

  #command(verb: string, rest: string): void {
    if (verb === 'EHLO') {
      const lines = [
        'localhost',
        ...(this.#isSecure ? [] : ['STARTTLS']),
        'AUTH PLAIN',
        '8BITMIME',
      ];
      const last = lines.length - 1;
      for (const [i, text] of lines.entries()) this.#reply(`250${i < last ? '-' : ' '}${text}`);
    } else if (verb === 'STARTTLS') this.#secure();
    else if (verb === 'AUTH') this.#authenticate(rest);
    else if (verb === 'MAIL') {
      if (this.#server.account !== undefined && this.#user === undefined) {
        this.#reply('530 5.7.0 Authentication required');
        return;
      }
      this.#from = addressOf(rest);
      this.#to = [];
      this.#reply('250 2.1.0 ok');
    } else if (verb === 'RCPT') {
      this.#to.push(addressOf(rest));
      this.#reply('250 2.1.5 ok');
    } else if (verb === 'DATA') {
      this.#data = [];
      this.#reply('354 go on');
    } else if (verb === 'QUIT') {
      this.#reply('221 bye');
      this.#socket.end();
    } else this.#reply(verb === 'RSET' || verb === 'NOOP' ? '250 ok' : '502 5.5.1 unknown');
  }

  #secure(): void {
    this.#socket.off('data', this.#onData);
    this.#reply('220 2.0.0 ready');
    const secure = new TLSSocket(this.#socket, {
      isServer: true,
      cert: LOOPBACK_CERTIFICATE,
      key: LOOPBACK_KEY,
    });
    secure.on('error', () => secure.destroy());
    new Conversation(this.#server, secure, true).begin();
  }

  #authenticate(rest: string): void {
    const [, base64 = ''] = /^PLAIN (\S+)$/i.exec(rest) ?? [];
    const [, user = '', password = ''] = Buffer.from(base64, 'base64').toString('utf8').split('\0');
    if (`${user}:${password}` !== this.#server.account) {
      this.#reply('535 5.7.8 Authentication credentials invalid');
      return;
    }
    this.#user = user;
    this.#reply('235 2.7.0 ok');
  }

  #keep(mail: string): void {
    const [head = '', ...rest] = mail.split('\r\n\r\n');
    const headers: Record<string, string> = {};
    for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
      const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
      headers[name.toLowerCase()] = value;
    }
    const text = decodeBody(rest.join('\r\n\r\n'), headers['content-transfer-encoding'] ?? '7bit');
    const { mails } = this.#server;
    const isSecure = this.#isSecure;
    mails.push({ from: this.#from, to: this.#to, headers, text, isSecure, user: this.#user });
  }
}

function addressOf(text: string): string {
  return /<([^>]*)>/.exec(text)?.[1] ?? '';
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1').toString('utf8');
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
