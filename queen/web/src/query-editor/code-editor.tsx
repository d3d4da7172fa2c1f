/** The query editor: one line of CodeMirror in the interface's skin. Loaded after the first paint. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  keymap,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { closeProposals, completionPopup, takeChosen, takeFirst } from './completion-popup.ts';
import type { EditorProps } from './editor-props.ts';
import { highlightQuery } from './highlight.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

const setError = StateEffect.define<Span | undefined>();

const errorField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    let next = decorations.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setError)) next = underline(effect.value, transaction.state.doc.length);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function underline(span: Span | undefined, length: number): DecorationSet {
  if (!span || length === 0) return Decoration.none;
  const from = Math.min(span.from, length - 1);
  const to = Math.min(Math.max(span.to, from + 1), length);
  return Decoration.set([Decoration.mark({ class: 'ap-q-error' }).range(from, to)]);
}

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = colour(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = colour(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function colour(view: EditorView): DecorationSet {
  const spans = highlightQuery(view.state.doc.toString());
  return Decoration.set(
    spans.map(({ from, to, className }) => Decoration.mark({ class: className }).range(from, to)),
  );
}

/** Pasted line breaks become spaces: a query is one line. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, ' ');
  const whole = { from: 0, to: transaction.startState.doc.length, insert: text };
  return { changes: whole, selection: { anchor: text.length } };
});

/**
 * Typing over a selection is an edit of the document. Left to itself Chromium keeps the colour of what is typed
 * over, as an inline style, which the page's policy refuses and the console reports.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const plain = event.inputType === 'insertText' && event.data !== null && !event.isComposing;
    if (!plain || main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data ?? ''), { userEvent: 'input.type' });
    return true;
  },
});

/** The editor. Its text is `value`; changes, Enter and Escape are told. */
export function CodeEditor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const parent = host.current;
    if (!parent) return;
    const { value, selection, focused } = latest.current.initial();
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: value,
        selection: { anchor: Math.min(selection, value.length) },
        extensions: extensions(latest),
      }),
    });
    view.current = editor;
    latest.current.focusRef.current = () => editor.focus();
    if (focused) editor.focus();
    return () => editor.destroy();
  }, []);

  const { value, error } = props;
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    const changes = { from: 0, to: editor.state.doc.length, insert: value };
    editor.dispatch({ changes, selection: { anchor: value.length } });
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: setError.of(error) });
  }, [error]);

  return <div ref={host} className="ap-editor" />;
}

function extensions(latest: { readonly current: EditorProps }): Extension[] {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  return [
    EditorView.cspNonce.of(nonce),
    history(),
    drawSelection(),
    oneLine,
    typeOver,
    colours,
    errorField,
    placeholder(latest.current.placeholder),
    completionPopup(() => latest.current.words),
    Prec.highest(
      keymap.of([
        {
          key: 'Enter',
          run: (editor) => {
            if (takeChosen(editor)) return true;
            closeProposals(editor);
            latest.current.onSubmit();
            return true;
          },
        },
        { key: 'Tab', run: takeFirst },
        {
          key: 'Escape',
          run: (editor) => {
            if (closeProposals(editor)) return true;
            editor.contentDOM.blur();
            latest.current.onEscape();
            return true;
          },
        },
      ]),
    ),
    keymap.of([...historyKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({
      'aria-label': latest.current.label,
      'aria-multiline': 'false',
      'data-testid': 'query-input',
      tabindex: '0',
      spellcheck: 'false',
      autocapitalize: 'off',
      enterkeyhint: 'search',
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange(update.state.doc.toString());
    }),
  ];
}
