const WIDTHS = [62, 48, 71, 55, 66, 40, 58, 73, 45, 60, 52, 68] as const;

/** Where lines will be; shown only if none are there yet. */
export function Skeleton() {
  return (
    <div className="ap-skeleton" aria-hidden="true">
      {WIDTHS.map((width) => (
        <div key={width} className="ap-skeleton-row">
          <span />
          <span />
          <span style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}
