/** Requests to Docker's Engine API over its Unix socket. */
import { type IncomingMessage, request } from 'node:http';
import { AppError } from '@apiary/common/errors.ts';
import { DOCKER_ANSWER_BYTES_MAX } from '@apiary/common/limits.ts';

/** The answer to a GET as JSON. @throws AppError `target-invalid` with Docker's words */
export async function getJson(socketPath: string, path: string): Promise<unknown> {
  const response = await openStream(socketPath, path, new AbortController().signal);
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > DOCKER_ANSWER_BYTES_MAX) throw new AppError('too-large', `Docker: ${path}`);
  }
  return JSON.parse(text);
}

/** A GET whose answer goes on. @throws AppError `target-invalid`, or what the system says */
export async function openStream(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ socketPath, path, signal, headers: { host: 'docker' } }, resolve);
    sent.on('error', reject);
    sent.end();
  });
  if (response.statusCode === 200) return response;
  response.destroy();
  throw new AppError('target-invalid', `Docker answered ${response.statusCode} to ${path}`);
}
