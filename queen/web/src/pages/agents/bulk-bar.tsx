import { useLocation } from 'wouter';
import { countOf } from '../../components/figures.ts';
import { IconCheck, IconPlus, IconX } from '../../components/icons.ts';
import { useServices } from '../../state/services.ts';
import { useStore } from '../../state/use-store.ts';

/** What can be done with the selected agents; floats while there are any. */
export function BulkBar(props: {
  readonly selected: ReadonlySet<string>;
  readonly onClear: () => void;
}) {
  const { fleet, notices } = useServices();
  const [, navigate] = useLocation();
  const { agents } = useStore(fleet.fleet);
  const ids = [...props.selected];
  const closed = ids.filter((id) => agents.get(id)?.approval !== 'approved');
  const open = ids.filter((id) => agents.get(id)?.approval === 'approved');
  const decide = (isApproval: boolean) => {
    const chosen = isApproval ? closed : open;
    const approve = () => fleet.approve(chosen);
    const revoke = () => fleet.revoke(chosen);
    const count = countOf(chosen.length, 'agent');
    props.onClear();
    void (isApproval
      ? notices.act(approve, `Approved ${count}`, revoke)
      : notices.act(revoke, `Revoked ${count}`, approve));
  };
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
      {closed.length > 0 ? (
        <button type="button" className="ap-text-button" onClick={() => decide(true)}>
          <IconCheck size={16} stroke={1.6} aria-hidden="true" />
          Approve
        </button>
      ) : null}
      {open.length > 0 ? (
        <button type="button" className="ap-text-button" onClick={() => decide(false)}>
          <IconX size={16} stroke={1.6} aria-hidden="true" />
          Revoke
        </button>
      ) : null}
      <span className="ap-divider" />
      <button type="button" className="ap-text-button" onClick={props.onClear}>
        Clear
      </button>
    </section>
  );
}
