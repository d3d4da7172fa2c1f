/** How a pattern looks in a list. */
import type { Pattern } from '@apiary/common/messages/analysis.ts';
import { safeText } from '../../log-list/display.ts';
import { patternParts } from './pattern-parts.ts';
import './patterns-tab.css';

/** A pattern's text with its slots as chips. */
export function PatternText(props: { readonly pattern: Pick<Pattern, 'text' | 'slots'> }) {
  const parts = patternParts(props.pattern).map((part, at) => ({ ...part, at }));
  return parts.map((part) => {
    if (part.slot !== undefined) {
      return (
        <span key={part.at} className="ap-slot">
          {safeText(part.slot)}
        </span>
      );
    }
    return (
      <span key={part.at} className={part.isAside && 'ap-faint'}>
        {safeText(part.text)}
      </span>
    );
  });
}

/** How often it came over the range, as small bars. */
export function PatternTrend(props: {
  readonly counts: readonly number[];
  readonly level: string;
}) {
  const { counts } = props;
  const highest = Math.max(1, ...counts);
  const width = 150 / Math.max(1, counts.length);
  const path = counts
    .map((count, at) => {
      const height = count === 0 ? 0 : Math.max(1, (count / highest) * 20);
      return `M${(at * width).toFixed(1)} 20v-${height.toFixed(1)}h${(width - 1).toFixed(1)}V20Z`;
    })
    .join('');
  return (
    <svg className="ap-trend" width="150" height="20" aria-hidden="true">
      <path className={`ap-bar-${props.level}`} d={path} />
    </svg>
  );
}
