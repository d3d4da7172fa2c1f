import { Link, useLocation } from 'wouter';
import { wholeNumber } from './figures.ts';
import './page-tabs.css';

/** Parts of a page, each with an address of its own. */
export function PageTabs(props: {
  readonly label: string;
  readonly tabs: readonly {
    readonly path: string;
    readonly name: string;
    readonly count?: number;
  }[];
}) {
  const [location] = useLocation();
  return (
    <nav className="ap-page-tabs" aria-label={props.label}>
      {props.tabs.map(({ path, name, count }) => (
        <Link
          key={path}
          href={path}
          className="ap-tab"
          aria-current={location === path ? 'page' : undefined}
        >
          {name}
          {count ? <span>{wholeNumber(count)}</span> : null}
        </Link>
      ))}
    </nav>
  );
}
