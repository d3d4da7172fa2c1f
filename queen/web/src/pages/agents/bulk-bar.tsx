import { useLocation } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { IconPlus, IconX } from '../../components/icons.ts';
import { useServices } from '../../state/services.ts';

/** What can be done with the selected agents; floats while there are any. */
export function BulkBar(props: {
  readonly selected: ReadonlySet<string>;
  readonly onClear: () => void;
}) {
  const { fleet, notices } = useServices();
  const [, navigate] = useLocation();
  const ids = [...props.selected];
  return (
    <section className="ap-bulk" aria-label="Selected agents">
      <strong>{ids.length} selected</strong>
      <button
        type="button"
        className="ap-text-button"
        onClick={() => navigate(`/agents/add?agents=${ids.join(',')}`)}
      >
        <IconPlus size={16} stroke={1.6} aria-hidden="true" />
        Add targets
      </button>
      <button
        type="button"
        className="ap-text-button"
        onClick={() => {
          props.onClear();
          void notices.act(
            () => fleet.revoke(ids),
            `Revoked ${countOf(ids.length, 'agent')}`,
            () => fleet.approve(ids),
          );
        }}
      >
        <IconX size={16} stroke={1.6} aria-hidden="true" />
        Revoke
      </button>
      <span className="ap-divider" />
      <button type="button" className="ap-text-button" onClick={props.onClear}>
        Clear
      </button>
    </section>
  );
}
