import type { ReactNode } from 'react';

/** A named region that scrolls sideways; it takes the focus, so that keys can scroll it. */
export function ScrollRegion(props: {
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  const className = props.className ? `ap-scrolls ${props.className}` : 'ap-scrolls';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus keys could not scroll it
    <section className={className} aria-label={props.label} tabIndex={0}>
      {props.children}
    </section>
  );
}
