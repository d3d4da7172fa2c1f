import { type BrushBehavior, brushX, type ScaleTime, select } from 'd3';
import { useEffect, useRef } from 'react';

/** A stretch of time. */
export interface Selection {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The brush over a histogram. It lives as long as the width does, so that live lines do not end a drag. */
export function Brush(props: {
  readonly x: ScaleTime<number, number>;
  readonly width: number;
  readonly height: number;
  readonly selection: Selection | undefined;
  readonly onSelect: (selection: Selection | undefined) => void;
}) {
  const { x, width, height, selection } = props;
  const group = useRef<SVGGElement>(null);
  const brush = useRef<BrushBehavior<unknown>>(undefined);
  const dragging = useRef(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!group.current) return;
    const made = brushX<unknown>()
      .extent([
        [0, 0],
        [width, height],
      ])
      .on('start', (event: BrushEvent) => {
        if (event.sourceEvent) dragging.current = true;
      })
      .on('end', (event: BrushEvent) => {
        if (!event.sourceEvent) return;
        dragging.current = false;
        const scale = latest.current.x;
        const band = event.selection;
        latest.current.onSelect(
          band
            ? { fromMs: scale.invert(band[0]).getTime(), toMs: scale.invert(band[1]).getTime() }
            : undefined,
        );
      });
    select<SVGGElement, unknown>(group.current).call(made);
    brush.current = made;
  }, [width, height]);
  useEffect(() => {
    if (!group.current || !brush.current || dragging.current) return;
    const from = selection ? Math.max(0, x(selection.fromMs)) : 0;
    const to = selection ? Math.min(width, x(selection.toMs)) : 0;
    const target = select<SVGGElement, unknown>(group.current);
    target.call(brush.current.move, from < to ? [from, to] : null);
  }, [x, width, selection]);
  return <g ref={group} className="ap-brush" />;
}

/** What the listeners read of d3's event; `sourceEvent` is absent when a program moved the brush. */
interface BrushEvent {
  readonly sourceEvent: unknown;
  readonly selection: readonly [number, number] | null;
}
