import type { AuditEntry } from '@apiary/common/messages/access.ts';
import { useState } from 'react';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { access } from '../../state/access.ts';
import { messageOf } from '../../state/http.ts';
import { useLoaded } from '../../state/use-loaded.ts';
import { SectionState } from './section-state.tsx';

const firstPage = () => access.audit(undefined);

/** Who changed what, when, and what came of it; the newest first. */
export function AuditSection() {
  const { value: first, failure, reload } = useLoaded(firstPage);
  const [older, setOlder] = useState<readonly AuditEntry[]>([]);
  const [after, setAfter] = useState<string | null>();
  const [trouble, setTrouble] = useState<string>();
  const next = after === undefined ? first?.next : (after ?? undefined);
  const more = async () => {
    try {
      const page = await access.audit(next);
      setOlder([...older, ...page.entries]);
      setAfter(page.next ?? null);
      setTrouble(undefined);
    } catch (thrown) {
      setTrouble(messageOf(thrown));
    }
  };
  const entries = [...(first?.entries ?? []), ...older];
  return (
    <section className="ap-sheet" aria-labelledby="audit">
      <div className="ap-sheet-head">
        <h2 id="audit">Audit log</h2>
        <span className="ap-faint">every change, by whomever, in whatever way</span>
      </div>
      <SectionState
        failure={failure ?? trouble}
        isLoading={first === undefined}
        onAgain={trouble === undefined ? reload : more}
      />
      {first && entries.length === 0 ? (
        <p className="ap-sheet-text">Nothing was changed yet.</p>
      ) : null}
      {entries.length > 0 ? <EntryTable entries={entries} /> : null}
      {next === undefined ? null : (
        <p className="ap-sheet-text">
          <button type="button" className="ap-link" onClick={() => void more()}>
            Show older
          </button>
        </p>
      )}
    </section>
  );
}

function EntryTable(props: { readonly entries: readonly AuditEntry[] }) {
  return (
    <ScrollRegion label="Changes">
      <table className="ap-table">
        <thead>
          <tr>
            <th>Time</th>
            <th>Who</th>
            <th>By</th>
            <th>From</th>
            <th>Change</th>
            <th>Result</th>
            <th>Details</th>
          </tr>
        </thead>
        <tbody>
          {props.entries.map((entry) => (
            <tr key={entry.id}>
              <td className="ap-mono">{new Date(entry.atMs).toLocaleString('sv')}</td>
              <th scope="row">{safeText(entry.who)}</th>
              <td>{safeText(entry.via)}</td>
              <td className="ap-mono">{entry.address}</td>
              <td>{wordsOf(entry.action)}</td>
              <td className={entry.result === 'ok' ? undefined : 'ap-bad'}>{entry.result}</td>
              <td className="ap-wrapping ap-mono">{safeText(entry.details)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

/** `approveAgents` → `approve agents`. */
function wordsOf(action: string): string {
  return action.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('.', ' ');
}
