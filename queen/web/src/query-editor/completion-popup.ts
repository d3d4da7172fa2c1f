/** CodeMirror's list of proposals. Enter runs the query unless one was chosen with the arrow keys. */
import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
  startCompletion,
} from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { safeText } from '../log-list/display.ts';
import { completionsAt, type QueryWords } from './completion.ts';

/** The list, fed by the words that `words` gives at the moment. */
export function completionPopup(words: () => QueryWords): Extension {
  const source = (context: CompletionContext) => {
    const found = completionsAt(context.state.doc.toString(), context.pos, words());
    if (!found || (context.pos === 0 && !context.explicit)) return null;
    return {
      from: found.from,
      filter: false,
      options: found.options.map(({ text, kind }) => ({
        label: safeText(text.trimEnd()),
        apply: (view: EditorView, _option: unknown, from: number, to: number) => {
          const anchor = from + text.length;
          view.dispatch({ changes: { from, to, insert: text }, selection: { anchor } });
          if (kind === 'field') startCompletion(view);
        },
        detail: kind === 'history' ? 'earlier' : '',
      })),
    };
  };
  return autocompletion({
    override: [source],
    icons: false,
    selectOnOpen: false,
    interactionDelay: 0,
    aboveCursor: false,
  });
}

/** Takes the proposal that was chosen; false if there is none. */
export function takeChosen(view: EditorView): boolean {
  return selectedCompletion(view.state) !== null && acceptCompletion(view);
}

/** Takes the chosen or the first proposal; false, so that Tab moves on, if none is shown. */
export function takeFirst(view: EditorView): boolean {
  if (completionStatus(view.state) !== 'active') return false;
  if (selectedCompletion(view.state) === null) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

/** Closes the list; false if it was closed. */
export const closeProposals = closeCompletion;
