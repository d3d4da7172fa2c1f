import type { RefObject } from 'react';
import type { QueryWords } from './completion.ts';

/** What the plain input and the editor that replaces it have in common. */
export interface EditorProps {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  /** What is underlined as wrong. */
  readonly error: { readonly from: number; readonly to: number } | undefined;
  /** What is proposed while one types. */
  readonly words: QueryWords;
  readonly onChange: (value: string) => void;
  readonly onSubmit: () => void;
  readonly onEscape: () => void;
  /** Set to a function that moves the focus here. */
  readonly focusRef: RefObject<() => void>;
  /** Text, place of the caret and focus to begin with. */
  readonly initial: () => {
    readonly value: string;
    readonly selection: number;
    readonly focused: boolean;
  };
}
