/**
 * The page behind an acknowledge or silence link: plain HTML, without a script or an account, for a phone
 * that just got a message. Mail scanners and previews open links, so only the button's POST does anything.
 */
import type { Bus } from '@apiary/common/bus/bus.ts';
import { AppError, toAppError } from '@apiary/common/errors.ts';
import { ALERT_LINK_CHARS_MAX } from '@apiary/common/limits/deliveries.ts';
import { callAction } from '@apiary/common/messages/actions/action.ts';
import { stingActions } from '@apiary/common/messages/actions/sting.ts';
import type { AlertLink } from '@apiary/common/messages/channel.ts';
import { ANONYMOUS } from '../auth/guard.ts';
import { styleNonce } from '../security-headers.ts';
import type { ApiCall, Handlers } from './handler.ts';

/** See the file's head. */
export function alertLinkHandlers(bus: Bus): Handlers<'showAlertLink' | 'useAlertLink'> {
  const { readAlertLink, useAlertLink } = stingActions;
  // The link is the right to ask; who is signed in does not matter.
  const actor = ANONYMOUS;
  return {
    showAlertLink: (call) =>
      answer(call, async (token) => {
        const link = await callAction(bus, readAlertLink, { token }, { actor });
        const words =
          link.action === 'acknowledge' ? 'Acknowledge' : `Silence for ${link.minutes} min`;
        return {
          title: link.title,
          body: `<form method="post"><button>${words}</button></form>`,
        };
      }),
    useAlertLink: (call) =>
      answer(call, async (token) => {
        const link = await callAction(bus, useAlertLink, { token }, { actor });
        return { title: link.title, body: `<p>${doneWords(link)}</p>` };
      }),
  };
}

interface Page {
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

async function answer(
  { request, response }: ApiCall,
  make: (token: string) => Promise<Page>,
): Promise<undefined> {
  const { token } = request.params;
  let status = 200;
  let page: Page;
  try {
    if (typeof token !== 'string' || token.length > ALERT_LINK_CHARS_MAX) {
      throw new AppError('alert-link-invalid', 'This link is not one of ours.');
    }
    page = await make(token);
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'internal') throw thrown;
    status = error.status;
    page = { title: 'This did not work', body: `<p>${escaped(error.message)}</p>` };
  }
  response
    .status(status)
    .set('Cache-Control', 'no-store')
    .type('html')
    .send(html(page, styleNonce(response)));
  return undefined;
}

function doneWords({ action, minutes }: AlertLink): string {
  return action === 'acknowledge'
    ? 'Acknowledged. Nobody is told again.'
    : `Silenced for ${minutes} minutes.`;
}

function html({ title, body }: Page, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Apiary</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark }
  body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1.25rem }
  h1 { font-size: 1.375rem; overflow-wrap: anywhere }
  button { font: inherit; font-weight: 600; width: 100%; padding: .875rem; border: 0;
    border-radius: .5rem; background: #8a5a00; color: #fff }
  button:focus-visible { outline: 3px solid #e8a317; outline-offset: 2px }
</style>
<main><h1>${escaped(title)}</h1>
${body}
</main>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
