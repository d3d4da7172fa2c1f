import type { Piece } from './display.ts';

const CLASSES = { text: undefined, value: 'ap-value', symbol: 'ap-symbol' } as const;

/** The pieces of a line as elements: text nodes only, isolated from the page's direction. */
export function LineText(props: { readonly pieces: readonly Piece[] }) {
  return (
    <bdi>
      {props.pieces.map((piece, index) => {
        if (piece.kind === 'text' && piece.ansi === undefined) return piece.text;
        if (piece.kind === 'mark') {
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no identity but its place
          return <mark key={index}>{piece.text}</mark>;
        }
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no identity but its place
          <span key={index} className={piece.ansi ?? CLASSES[piece.kind]}>
            {piece.text}
          </span>
        );
      })}
    </bdi>
  );
}
