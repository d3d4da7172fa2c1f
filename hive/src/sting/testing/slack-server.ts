/** Slack as a bot sees it: chat.postMessage and chat.update, with threads; and an incoming webhook. */
import { HttpRecorder, jsonAnswer, jsonOf, type Recorded } from './http-recorder.ts';

/** A message in the channel. */
export interface SlackMessage {
  readonly ts: string;
  readonly thread: string | undefined;
  readonly text: string;
  readonly content: string;
  readonly edited: boolean;
}

/** See the file's head. */
export class SlackServer {
  readonly messages: SlackMessage[] = [];
  readonly http = new HttpRecorder((request) => this.#answer(request));
  #number = 0;

  #answer(request: Recorded) {
    if (request.url.pathname === '/services/T0/B0/hook') {
      this.#post(request);
      return { status: 200, body: 'ok' };
    }
    if (request.headers.authorization !== 'Bearer xoxb-good') {
      return jsonAnswer(200, { ok: false, error: 'invalid_auth' });
    }
    const body = jsonOf(request);
    if (body.channel !== '#ops' && body.channel !== 'C0OPS') {
      return jsonAnswer(200, { ok: false, error: 'channel_not_found' });
    }
    if (request.url.pathname === '/api/chat.postMessage') {
      return jsonAnswer(200, { ok: true, channel: 'C0OPS', ts: this.#post(request) });
    }
    const place = this.messages.findIndex(({ ts }) => ts === body.ts);
    const found = this.messages[place];
    if (!found) return jsonAnswer(200, { ok: false, error: 'message_not_found' });
    const content = JSON.stringify(body.blocks);
    this.messages[place] = { ...found, text: String(body.text), content, edited: true };
    return jsonAnswer(200, { ok: true, channel: 'C0OPS', ts: found.ts });
  }

  #post(request: Recorded): string {
    const body = jsonOf(request);
    this.#number += 1;
    const ts = `1750000000.00000${this.#number}`;
    const thread = body.thread_ts === undefined ? undefined : String(body.thread_ts);
    const content = JSON.stringify(body.blocks);
    this.messages.push({ ts, thread, text: String(body.text), content, edited: false });
    return ts;
  }
}
