import { parseTimeRange } from '@apiary/common/time/range.ts';
import { Button, Popover, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { fullTimeText, shortTimeText } from '../log-list/time-text.ts';
import { durationWords, formatDuration, PRESETS_MS, type TimeRange } from '../state/time-range.ts';
import { IconChevronDown, IconClock } from './icons.ts';

/** `Last 15 minutes`, `All time`, `13:57:10 to 14:00:20`. */
export function rangeLabel(range: TimeRange, nowMs: number): string {
  if (range.kind === 'all') return 'All time';
  if (range.kind === 'last') return `Last ${durationWords(range.durationMs)}`;
  return `${shortTimeText(range.fromMs, nowMs)} to ${shortTimeText(range.toMs, nowMs)}`;
}

/** What fits beside the query on a phone. */
function shortLabel(range: TimeRange): string {
  if (range.kind === 'all') return 'All';
  if (range.kind === 'last') return formatDuration(range.durationMs);
  return 'Range';
}

/** The time range: ready-made ones up to now, or from and to as a person types them. */
export function RangeMenu(props: {
  readonly range: TimeRange;
  readonly opened: boolean;
  readonly onOpened: (opened: boolean) => void;
  readonly onChange: (range: TimeRange) => void;
}) {
  const { range, opened, onOpened, onChange } = props;
  const choose = (chosen: TimeRange) => {
    onOpened(false);
    onChange(chosen);
  };
  return (
    <Popover opened={opened} onChange={onOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className="ap-strip-button"
          data-testid="range"
          aria-expanded={opened}
          onClick={() => onOpened(!opened)}
        >
          <IconClock size={17} stroke={1.6} aria-hidden="true" className="ap-wide-only" />
          <span className="ap-hidden">Time range: </span>
          <span className="ap-wide-only">{rangeLabel(range, Date.now())}</span>
          <span className="ap-narrow-only">{shortLabel(range)}</span>
          <IconChevronDown size={15} stroke={1.6} aria-hidden="true" className="ap-wide-only" />
        </button>
      </Popover.Target>
      <Popover.Dropdown className="ap-menu">
        <div className="ap-presets">
          {PRESETS_MS.map((durationMs) => {
            const chosen = range.kind === 'last' && range.durationMs === durationMs;
            return (
              <button
                key={durationMs}
                type="button"
                className="ap-menu-row"
                aria-pressed={chosen}
                onClick={() => choose({ kind: 'last', durationMs })}
              >
                Last {durationWords(durationMs)}
              </button>
            );
          })}
          <button
            type="button"
            className="ap-menu-row"
            aria-pressed={range.kind === 'all'}
            onClick={() => choose({ kind: 'all' })}
          >
            All time
          </button>
        </div>
        <TypedRange range={range} onChange={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

function TypedRange(props: {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}) {
  const { range } = props;
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    if (range.kind !== 'between') return;
    setFrom(new Date(range.fromMs).toISOString());
    setTo(new Date(range.toMs).toISOString());
  }, [range]);
  const submit = () => {
    const nowMs = Date.now();
    const context = { nowMs, zoneOffsetMinutes: -new Date().getTimezoneOffset() };
    const typed = parseTimeRange(from.trim() || undefined, to.trim() || undefined, context);
    if (!typed) {
      setWrong('Type times like 14:02, yesterday, -2h or 2026-11-20 14:02, the earlier one first.');
      return;
    }
    const fromMs = typed.fromMs ?? 0;
    const toMs = typed.toMs ?? nowMs;
    if (fromMs >= toMs) setWrong('The first time must be before the second.');
    else props.onChange({ kind: 'between', fromMs, toMs });
  };
  return (
    <form
      className="ap-typed-range"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        label="From"
        placeholder="yesterday 14:00"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        label="To"
        placeholder="now"
        value={to}
        error={wrong}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit">Show this range</Button>
      {range.kind === 'between' ? (
        <p className="ap-menu-empty">
          Now: {fullTimeText(range.fromMs)} to {fullTimeText(range.toMs)}
        </p>
      ) : null}
    </form>
  );
}
