import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { useState } from 'react';
import { Link } from 'wouter';
import { shareText } from '../../charts/series.ts';
import { countOf, wholeNumber } from '../../components/figures.ts';
import { IconBell, IconChevronDown, IconChevronRight, IconEyeOff } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { shortTimeText } from '../../log-list/time-text.ts';
import { withFilter, withPart } from '../../query-editor/query-edit.ts';
import type { SearchAddress } from '../../state/address.ts';
import { LEVELS_WORST_FIRST } from '../../state/counts.ts';
import { patternsOf } from '../../state/search-analysis.ts';
import { PatternText, PatternTrend } from './pattern-look.tsx';
import { SORTS, type Sort, sortPatterns, startsLate } from './pattern-order.ts';
import './patterns-tab.css';
import { useRecounted } from '../../state/use-recounted.ts';

interface Actions {
  /** Edits the query, and shows the lines. */
  readonly onQuery: (query: string, showLines: boolean) => void;
  readonly query: string;
}

/** What the lines found are made of: templates with their counts, trends and values. */
export function PatternsTab(props: {
  readonly address: SearchAddress;
  readonly total: number;
  readonly onQuery: Actions['onQuery'];
}) {
  const { address, total, onQuery } = props;
  const { query, range } = address;
  const { value, failure } = useRecounted(JSON.stringify([query, range]), total, (signal) =>
    patternsOf({ query, range }, Date.now(), signal),
  );
  const [sort, setSort] = useState<Sort>('most');
  const [openId, setOpenId] = useState<string>();
  return (
    <section className="ap-patterns" aria-label="Patterns" data-testid="patterns">
      <div className="ap-patterns-head">
        <span>
          {value ? (
            <>
              <strong>{countOf(value.patterns.length + value.omitted, 'pattern')}</strong>
              {value.sampled
                ? ` in the newest ${countOf(value.read, 'line')}`
                : ' make up these lines'}
            </>
          ) : (
            'Reading the lines…'
          )}
        </span>
        <div className="ap-segments">
          {SORTS.map(({ key, name }) => (
            <button
              key={key}
              type="button"
              aria-pressed={sort === key}
              onClick={() => setSort(key)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {failure ? (
        <p className="ap-bad ap-patterns-head" role="alert">
          {failure}
        </p>
      ) : null}
      <ul>
        {sortPatterns(value?.patterns ?? [], sort).map((pattern) => (
          <PatternRow
            key={pattern.id}
            pattern={pattern}
            late={value !== undefined && range.kind !== 'all' && startsLate(pattern, value)}
            open={pattern.id === openId}
            onOpen={() => setOpenId(pattern.id === openId ? undefined : pattern.id)}
            actions={{ query, onQuery }}
          />
        ))}
      </ul>
    </section>
  );
}

function PatternRow(props: {
  readonly pattern: Pattern;
  /** It is not in the first part of the range. */
  readonly late: boolean;
  readonly open: boolean;
  readonly onOpen: () => void;
  readonly actions: Actions;
}) {
  const { pattern, open } = props;
  const level = LEVELS_WORST_FIRST.find((name) => (pattern.levels[name] ?? 0) > 0) ?? 'none';
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <li className="ap-pattern" data-level={level === 'none' ? 'trace' : level}>
      <button
        type="button"
        className="ap-pattern-row"
        data-testid="pattern"
        aria-expanded={open}
        onClick={props.onOpen}
      >
        <span className="ap-bar" />
        <Chevron size={14} stroke={1.6} aria-hidden="true" />
        <bdi className="ap-pattern-text">
          <PatternText pattern={pattern} />
        </bdi>
        <PatternTrend counts={pattern.trend} level={level} />
        <strong className="ap-pattern-count">{wholeNumber(pattern.count)}</strong>
        <span className="ap-pattern-share">{shareText(pattern.share, 1)}</span>
        <span className="ap-pattern-first">
          {props.late ? <span className="ap-new">New</span> : null}
          {shortTimeText(pattern.first, Date.now())}
        </span>
      </button>
      {open ? <PatternDetail pattern={pattern} actions={props.actions} /> : null}
    </li>
  );
}

function PatternDetail(props: { readonly pattern: Pattern; readonly actions: Actions }) {
  const { pattern } = props;
  const { query, onQuery } = props.actions;
  const only = withPart(query, pattern.query, false);
  const slots = pattern.slots.map((slot, at) => ({ ...slot, at, label: slotName(slot.name, at) }));
  return (
    <div className="ap-pattern-detail">
      <div className="ap-slots">
        {slots.map((slot) => (
          <section key={slot.at} aria-label={`Values of ${slot.label}`}>
            <h2>
              <span className="ap-slot">{slot.label}</span>{' '}
              <span className="ap-faint">
                {slot.isExact ? '' : 'at least '}
                {countOf(slot.distinct, 'value')}
              </span>
            </h2>
            <ul>
              {slot.values.map(({ value, count }) => (
                <li key={value}>
                  <button
                    type="button"
                    className="ap-facet-value"
                    onClick={() => onQuery(withFilter(only, 'body', value, false), true)}
                  >
                    <bdi className="ap-mono">{safeText(value)}</bdi>
                    <span>{wholeNumber(count)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <div className="ap-pattern-actions">
        <button type="button" className="ap-text-button" onClick={() => onQuery(only, true)}>
          Show these lines
        </button>
        <button
          type="button"
          className="ap-text-button"
          onClick={() => onQuery(withPart(query, pattern.query, true), false)}
        >
          <IconEyeOff size={16} stroke={1.6} aria-hidden="true" />
          Leave this pattern out
        </button>
        <Link href={`/alerts/rules/new?q=${encodeURIComponent(only)}`} className="ap-text-button">
          <IconBell size={16} stroke={1.6} aria-hidden="true" />
          Alert when it rises
        </Link>
      </div>
    </div>
  );
}

function slotName(name: string | undefined, index: number): string {
  return name === undefined ? `value ${index + 1}` : safeText(name);
}
