import type { AgentStanding } from './agent-standing.ts';

const WORDS: Record<AgentStanding, string> = {
  alive: 'Alive',
  late: 'Late',
  dead: 'Dead',
  pending: 'Waits for approval',
  revoked: 'Revoked',
  unknown: 'Not heard yet',
};

const OUTLINE = 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9z';

const HALF = 'M2.6 8h10.8v3.1L8 14.2l-5.4-3.1z';

/** The same glyph for a component: filled, half-filled while it is late, an outline with a bar if missing. */
export function ComponentHexagon(props: { readonly state: 'well' | 'late' | 'missing' }) {
  const { state } = props;
  const look = { well: 'alive', late: 'late', missing: 'dead' }[state];
  return (
    <svg
      className={`ap-hexagon ap-hexagon-${look}`}
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
    >
      <path d={OUTLINE} />
      {state === 'late' ? <path className="ap-hexagon-half" d={HALF} /> : null}
      {state === 'missing' ? <path d="M5.5 8h5" /> : null}
    </svg>
  );
}

/** The state glyph: shape and label, never colour alone. */
export function AgentHexagon(props: {
  readonly standing: AgentStanding;
  /** True where the word stands beside it. */
  readonly hidden?: boolean;
}) {
  const { standing } = props;
  return (
    <>
      <svg
        className={`ap-hexagon ap-hexagon-${standing}`}
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path d={OUTLINE} />
        {standing === 'late' ? <path className="ap-hexagon-half" d={HALF} /> : null}
        {standing === 'dead' || standing === 'revoked' ? <path d="M5.5 8h5" /> : null}
      </svg>
      {props.hidden ? null : <span className="ap-hidden">{WORDS[standing]} </span>}
    </>
  );
}
