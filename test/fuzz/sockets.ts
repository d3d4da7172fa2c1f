/** Spoilt socket.io packets over raw WebSockets, of strangers and of a viewer. */
import { SOCKET_EVENTS } from '@apiary/queen/routes.ts';
import type { AttackKind, Ground } from './attack.ts';

const PACKETS_MAX = 12;
const ANSWER_MS_MAX = 5_000;
const EVENTS = Object.keys(SOCKET_EVENTS);

function packet({ random }: Ground): string {
  const event = random.below(6) === 0 ? random.json(0) : random.one(EVENTS);
  const payload = random.spoilJson({
    id: `s${random.below(5)}`,
    request: { query: random.one(['*', '(open', 'a*', '/(x+)+$/']), limit: random.below(20) },
    query: random.one(['*', 'error', '"']),
  });
  const good = `42${random.below(10)}${JSON.stringify([event, payload])}`;
  if (random.below(2) === 0) return good;
  return random.spoil(Buffer.from(good)).toString('latin1');
}

/** Sends packets on one connection; resolves with all that came back. */
function session(ground: Ground, token: string | undefined): Promise<string[]> {
  const { url, random } = ground;
  const socket = new WebSocket(
    `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`,
  );
  const heard: string[] = [];
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.close(), ANSWER_MS_MAX);
    socket.addEventListener('message', ({ data }) => {
      heard.push(String(data));
      // The marker behind the packets has come back, or will not: the server has read them all.
      if (String(data) === '3probe') socket.close();
    });
    socket.addEventListener('open', () => {
      if (random.below(4) > 0) socket.send(`40${JSON.stringify(token ? { token } : {})}`);
      for (let count = random.below(PACKETS_MAX); count >= 0; count -= 1) {
        socket.send(packet(ground));
      }
      socket.send('2probe');
    });
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      resolve(heard);
    });
  });
}

/** See the file's head. */
export const socketsAttack: AttackKind = {
  name: 'sockets',
  summary: 'spoilt socket.io packets, as nobody and as a viewer',
  async open(ground) {
    return {
      async once() {
        const isStranger = ground.random.below(2) === 0;
        const heard = await session(ground, isStranger ? undefined : ground.viewerToken);
        const answer = heard.find((text) => text.startsWith('42') || text.startsWith('43'));
        if (!isStranger || answer === undefined) return undefined;
        return `a stranger's socket was answered: ${answer.slice(0, 100)}`;
      },
      close: async () => {},
    };
  },
};
