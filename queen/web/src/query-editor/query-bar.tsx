import { parseQuery } from '@apiary/common/query/parser.ts';
import { ActionIcon, Popover } from '@mantine/core';
import {
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { IconHistory, IconSearch } from '../components/icons.ts';
import { readHistory } from '../state/history.ts';
import type { QueryWords } from './completion.ts';
import type { EditorProps } from './editor-props.ts';
import './query-bar.css';
import { QueryText } from './query-text.tsx';

const CodeEditor = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeEditor }));

/** Half-typed is not wrong: a mistake shows after this time without a key. */
const ERROR_WAIT_MS = 400;

/** The strip with the query; `children` (range, Live) stand at its right end. */
export function QueryBar(props: {
  /** The query that is running. */
  readonly query: string;
  /** The server's own words on it, if it refused. */
  readonly refusal: string | undefined;
  readonly onRun: (query: string) => void;
  readonly onMistake: (mistaken: boolean) => void;
  readonly focusRef: RefObject<() => void>;
  /** What is proposed while one types. */
  readonly words: QueryWords;
  /** Stands before the history. */
  readonly menu: ReactNode;
  readonly children: ReactNode;
}) {
  const { query, onRun, onMistake, focusRef } = props;
  const [draft, setDraft] = useState(query);
  const [shown, setShown] = useState(false);
  useEffect(() => setDraft(query), [query]);
  const parsed = useMemo(() => parseQuery(draft), [draft]);
  const error = parsed.ok ? undefined : parsed.error;
  useEffect(() => {
    setShown(false);
    if (!error) return;
    const timer = window.setTimeout(() => setShown(true), ERROR_WAIT_MS);
    return () => window.clearTimeout(timer);
  }, [error]);
  const visible = shown ? error : undefined;
  useEffect(() => onMistake(visible !== undefined), [visible, onMistake]);
  const run = (text: string) => {
    if (parseQuery(text).ok) onRun(text);
    else setShown(true);
  };
  const sentence = visible?.message ?? (draft === query ? props.refusal : undefined);
  const fix = visible?.fix;
  const takeFix = () => {
    if (!fix) return;
    const fixed = draft.slice(0, fix.from) + fix.insert + draft.slice(fix.to);
    setDraft(fixed);
    run(fixed);
  };
  return (
    <div className="ap-query-strip">
      <div className="ap-query-line">
        {/* biome-ignore lint/a11y/useSemanticElements: `search` is not yet known to all readers */}
        <div
          className={sentence ? 'ap-query-box ap-query-box-wrong' : 'ap-query-box'}
          role="search"
        >
          <IconSearch size={18} stroke={1.6} className="ap-query-icon" aria-hidden="true" />
          <Editor
            value={draft}
            label="Query"
            placeholder="Search every line, e.g. level:error host:web*"
            error={visible}
            words={props.words}
            onChange={setDraft}
            onSubmit={() => run(draft)}
            onEscape={() => {
              setDraft(query);
              document.querySelector<HTMLElement>('[data-log-list]')?.focus();
            }}
            focusRef={focusRef}
          />
          {props.menu}
          <HistoryMenu
            onPick={(picked) => {
              setDraft(picked);
              run(picked);
            }}
          />
        </div>
        {props.children}
      </div>
      {sentence ? (
        <div className="ap-query-error" role="alert" data-testid="query-error">
          <span>{sentence}</span>
          {fix ? (
            <button type="button" className="ap-link" onClick={takeFix}>
              {fix.label}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

/** A plain input at once, CodeMirror as soon as it is here; text, caret and focus carry over. */
function Editor(props: Omit<EditorProps, 'initial'>) {
  const input = useRef<HTMLInputElement>(null);
  const { focusRef } = props;
  useEffect(() => {
    focusRef.current = () => input.current?.focus();
  }, [focusRef]);
  const initial = () => ({
    value: props.value,
    selection: input.current?.selectionStart ?? props.value.length,
    focused: input.current !== null && document.activeElement === input.current,
  });
  const plain = (
    <input
      ref={input}
      className="ap-plain-query"
      aria-label={props.label}
      data-testid="query-input"
      placeholder={props.placeholder}
      value={props.value}
      spellCheck={false}
      autoCapitalize="off"
      enterKeyHint="search"
      onChange={(event) => props.onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') props.onSubmit();
        if (event.key === 'Escape') {
          event.currentTarget.blur();
          props.onEscape();
        }
      }}
    />
  );
  return (
    <Suspense fallback={plain}>
      <CodeEditor {...props} initial={initial} />
    </Suspense>
  );
}

function HistoryMenu(props: { readonly onPick: (query: string) => void }) {
  const [opened, setOpened] = useState(false);
  const queries = opened ? readHistory(window.localStorage) : [];
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon
          aria-label="Earlier queries"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <IconHistory size={18} stroke={1.6} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className="ap-menu ap-history">
        {queries.length === 0 ? (
          <p className="ap-menu-empty">No earlier queries here yet.</p>
        ) : null}
        {queries.map((query) => (
          <button
            key={query}
            type="button"
            className="ap-menu-row"
            onClick={() => {
              setOpened(false);
              props.onPick(query);
            }}
          >
            <QueryText query={query} />
          </button>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
