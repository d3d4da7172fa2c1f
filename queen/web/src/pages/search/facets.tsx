import type { FieldFacts } from '@apiary/common/messages/analysis.ts';
import { useRef, useState } from 'react';
import { wholeNumber } from '../../components/figures.ts';
import { IconChevronDown, IconChevronRight, IconMinus } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { type Filter, filtersOf, toggleFilter } from '../../query-editor/query-edit.ts';
import type { SearchAddress } from '../../state/address.ts';
import { fieldsOf } from '../../state/search-analysis.ts';
import './facets.css';
import { useRecounted } from '../../state/use-recounted.ts';

const OWN = ['host', 'tag', 'file'] as const;
const FOUND_MAX = 40;
const NAMES: Readonly<Record<string, string>> = { host: 'Host', tag: 'Tag', file: 'File' };

/** What the lines found have in common: values with their counts; a click makes one the only one. */
export function Facets(props: {
  readonly address: SearchAddress;
  readonly total: number;
  /** The lines themselves come first: this is asked once they are here. */
  readonly ready: boolean;
  readonly onQuery: (query: string) => void;
  readonly onClose: () => void;
}) {
  const { address, total, onQuery } = props;
  const { query, range } = address;
  const { value: counted, failure } = useRecounted(
    JSON.stringify([query, range]),
    total,
    (signal) => fieldsOf({ query, range }, Date.now(), signal),
    props.ready,
  );
  // Those of the search before stay, faintly, until it is known what these lines have.
  const before = useRef<readonly FieldFacts[]>(undefined);
  if (counted) before.current = counted;
  const fields = counted ?? before.current;
  const filters = filtersOf(query);
  const pick = (field: string, value: string, negated: boolean) =>
    onQuery(toggleFilter(query, field, value, negated));
  const found = (fields ?? []).filter(({ builtIn }) => !builtIn).slice(0, FOUND_MAX);
  return (
    <aside
      className={counted ? 'ap-facets' : 'ap-facets ap-old'}
      aria-label="Filters"
      aria-busy={counted === undefined && failure === undefined}
      data-testid="facets"
    >
      <div className="ap-facets-title">
        <h2>Filters</h2>
        <button type="button" className="ap-text-button" onClick={props.onClose}>
          Close
        </button>
      </div>
      {failure ? <p className="ap-bad">{failure}</p> : null}
      {fields || failure ? null : <p className="ap-facets-counting">Counting…</p>}
      {OWN.map((name) => (
        <Facet
          key={name}
          facts={fields?.find((field) => field.builtIn && field.name === name)}
          name={name}
          filters={filters}
          onPick={pick}
          opened
        />
      ))}
      {found.length > 0 ? <h3 className="ap-facets-found">Found in these lines</h3> : null}
      {found.map((facts) => (
        <Facet
          key={facts.name}
          facts={facts}
          name={facts.name}
          filters={filters}
          onPick={pick}
          opened={false}
        />
      ))}
    </aside>
  );
}

interface FacetProps {
  readonly facts: FieldFacts | undefined;
  readonly name: string;
  readonly filters: readonly Filter[];
  readonly onPick: (field: string, value: string, negated: boolean) => void;
}

function Facet(props: FacetProps & { readonly opened: boolean }) {
  const { facts, name } = props;
  const [opened, setOpened] = useState(props.opened);
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <section className="ap-facet">
      <button
        type="button"
        className="ap-facet-head"
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        <Chevron size={14} stroke={1.6} aria-hidden="true" />
        <bdi>{NAMES[name] ?? safeText(name)}</bdi>
        <span className="ap-facet-distinct">
          {facts ? `${wholeNumber(facts.distinct)}${facts.isExact ? '' : '+'}` : ''}
        </span>
      </button>
      {opened ? <FacetValues {...props} /> : null}
    </section>
  );
}

function FacetValues(props: FacetProps) {
  const { facts, name, onPick } = props;
  const mine = props.filters.filter(({ field }) => field === name);
  const values = facts?.values ?? [];
  const highest = Math.max(1, ...values.map(({ count }) => count));
  const out = mine.filter(({ negated }) => negated);
  return (
    <ul>
      {values.map(({ value, count }) => {
        const chosen = mine.some((filter) => !filter.negated && filter.value === value);
        return (
          <li key={value} className="ap-facet-row" data-field={name} data-value={value}>
            <span className="ap-facet-share" style={{ width: `${(count / highest) * 100}%` }} />
            <button
              type="button"
              className="ap-facet-value"
              aria-pressed={chosen}
              title={safeText(value)}
              onClick={(event) => onPick(name, value, event.altKey)}
            >
              <bdi>{value === '' ? '(empty)' : safeText(shorten(name, value))}</bdi>
              <span>{wholeNumber(count)}</span>
            </button>
            <button
              type="button"
              className="ap-facet-out"
              aria-label={`Without ${safeText(value)}`}
              onClick={() => onPick(name, value, true)}
            >
              <IconMinus size={14} stroke={1.6} aria-hidden="true" />
            </button>
          </li>
        );
      })}
      {out.map(({ value }) => (
        <li key={`not ${value}`} className="ap-facet-row" data-field={name} data-value={value}>
          <button
            type="button"
            className="ap-facet-value ap-facet-left"
            onClick={() => onPick(name, value, true)}
          >
            <bdi>{safeText(shorten(name, value))}</bdi>
            <span>left out</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A path is known by its end: the file and the folder it is in. */
function shorten(name: string, value: string): string {
  return name === 'file' ? value.split('/').slice(-2).join('/') : value;
}
