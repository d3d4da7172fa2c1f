import { area, line } from 'd3-shape';
import './sparkline.css';

/** A few values in the height of a line of text. The sentence beside it says what they are. */
export function Sparkline(props: {
  readonly values: readonly number[];
  /** What is drawn, for who does not see it. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  /** Takes a level's colour; only where something is not well. */
  readonly state?: 'late' | 'dead';
}) {
  const { values, label, width = 84, height = 22 } = props;
  const most = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const x = (_value: number, index: number) => index * step;
  const y = (value: number) => height - 1 - (value / most) * (height - 3);
  const drawn = values.length > 1 ? values : [];
  return (
    <svg
      className="ap-sparkline"
      data-state={props.state}
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
    >
      <path
        className="ap-sparkline-fill"
        d={area<number>().x(x).y0(height).y1(y)([...drawn]) ?? ''}
      />
      <path className="ap-sparkline-line" d={line<number>().x(x).y(y)([...drawn]) ?? ''} />
    </svg>
  );
}
