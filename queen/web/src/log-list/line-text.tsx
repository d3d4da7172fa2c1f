import { useLayoutEffect, useRef } from 'react';
import type { Piece } from './display.ts';

const CLASSES = { text: '', value: 'ap-value', mark: '', symbol: 'ap-symbol' } as const;

/**
 * The pieces of a line as elements: text nodes only, isolated from the page's direction. Drawn by hand: a row that
 * shows another line keeps its nodes, of which most need a new text at most. React made and dropped all of them.
 */
export function LineText(props: { readonly pieces: readonly Piece[] }) {
  const host = useRef<HTMLElement>(null);
  const { pieces } = props;
  useLayoutEffect(() => {
    if (host.current) drawPieces(host.current, pieces);
  }, [pieces]);
  return <bdi ref={host} />;
}

function drawPieces(host: HTMLElement, pieces: readonly Piece[]): void {
  let node = host.firstChild;
  for (const piece of pieces) {
    const tag = tagOf(piece);
    if (node === null || node.nodeName !== tag) {
      const made = tag === '#text' ? document.createTextNode('') : document.createElement(tag);
      if (node === null) host.append(made);
      else node.replaceWith(made);
      node = made;
    }
    if (node instanceof HTMLElement) {
      const name = piece.ansi ?? CLASSES[piece.kind];
      if (node.className !== name) node.className = name;
      // Its only child, once it has one.
      if (node.firstChild === null) node.append(piece.text);
      else if (node.firstChild.nodeValue !== piece.text) node.firstChild.nodeValue = piece.text;
    } else if (node.nodeValue !== piece.text) node.nodeValue = piece.text;
    node = node.nextSibling;
  }
  while (node !== null) {
    const behind: ChildNode | null = node.nextSibling;
    node.remove();
    node = behind;
  }
}

function tagOf({ kind, ansi }: Piece): '#text' | 'MARK' | 'SPAN' {
  if (kind === 'mark') return 'MARK';
  return kind === 'text' && ansi === undefined ? '#text' : 'SPAN';
}
