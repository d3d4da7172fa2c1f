import { axisBottom, type ScaleTime, select } from 'd3';
import { useLayoutEffect, useRef } from 'react';
import { clockSecondsText } from '../log-list/time-text.ts';
import './histogram.css';

/** An axis of times below a chart: as many figures as there is room for. */
export function TimeAxis(props: {
  readonly x: ScaleTime<number, number>;
  /** Where the axis lies, in pixels from the top. */
  readonly top: number;
}) {
  const group = useRef<SVGGElement>(null);
  const { x } = props;
  useLayoutEffect(() => {
    if (!group.current) return;
    const ticks = Math.max(2, Math.floor((x.range()[1] ?? 0) / 90));
    const tall = x.tickFormat(ticks);
    const axis = axisBottom(x)
      .ticks(ticks)
      .tickSize(0)
      .tickPadding(5)
      .tickFormat((time) => {
        // d3 hands the scale's own dates back.
        const date = time as Date;
        return date.getSeconds() === 0 || date.getMilliseconds() !== 0
          ? shortTick(date, tall)
          : clockSecondsText(date.getTime());
      });
    select(group.current).call(axis);
  }, [x]);
  return <g ref={group} className="ap-axis" transform={`translate(0 ${props.top})`} />;
}

function shortTick(date: Date, byDefault: (date: Date) => string): string {
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (midnight || date.getMilliseconds() !== 0) return byDefault(date);
  return clockSecondsText(date.getTime()).slice(0, 5);
}
