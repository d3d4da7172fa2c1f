import type { AgentLedger, LedgerProblem } from '@apiary/common/messages/ledger.ts';
import { byteSize, countOf } from '../../components/figures.ts';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { safeText } from '../../log-list/display.ts';
import { useLedger } from '../../state/host.ts';
import { useNow } from '../../state/use-now.ts';
import { agoText } from './ago.ts';
import { LedgerTrack } from './ledger-track.tsx';

const KEYS = ['stored', 'confirmed', 'read', 'seen'] as const;

/** How far each file of a host has come, from the disk to the store. */
export function LedgerPanel(props: { readonly agent: string }) {
  const { ledger, failure } = useLedger(props.agent);
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="ledger">
      <div className="ap-panel-head">
        <h2 id="ledger">Delivery</h2>
        <ul className="ap-ledger-keys" aria-label="Colours">
          {KEYS.map((key) => (
            <li key={key}>
              <span className={`ap-ledger-key ap-ledger-key-${key}`} />
              {key}
            </li>
          ))}
        </ul>
      </div>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {ledger ? <Ledger ledger={ledger} /> : null}
      {ledger || failure ? null : <p className="ap-panel-empty">Asking how far its files are…</p>}
    </section>
  );
}

function Ledger(props: { readonly ledger: AgentLedger }) {
  const { entries, problems, omitted } = props.ledger;
  if (entries.length === 0) {
    return (
      <p className="ap-panel-empty">Nothing is read yet. Files appear as the Bee opens them.</p>
    );
  }
  return (
    <>
      <ScrollRegion label="Files and how far they are">
        <table className="ap-table" data-testid="ledger">
          <thead>
            <tr>
              <th>File</th>
              <th>Delivery, the last 4 MB</th>
              <th className="ap-number">Seen</th>
              <th className="ap-number">Stored</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((line) => (
              <tr key={line.generation}>
                <th scope="row" className="ap-mono">
                  <bdi>{safeText(line.file)}</bdi>
                </th>
                <td>
                  <LedgerTrack line={line} />
                </td>
                <td className="ap-number">{byteSize(line.seen)}</td>
                <td className="ap-number">{byteSize(line.stored)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {omitted > 0 ? <p className="ap-panel-note">{countOf(omitted, 'more file')}.</p> : null}
      {problems.map((problem) => (
        <Problem key={`${problem.generation} ${problem.atMs}`} problem={problem} />
      ))}
    </>
  );
}

function Problem(props: { readonly problem: LedgerProblem }) {
  const { file, reason, atMs, overMs } = props.problem;
  const now = useNow(10_000);
  return (
    <p className={overMs === undefined ? 'ap-panel-note ap-bad' : 'ap-panel-note'}>
      <span className="ap-mono">
        <bdi>{safeText(file)}</bdi>
      </span>
      : {safeText(reason)} <span className="ap-faint">{agoText(atMs, now)}</span>
      {overMs === undefined ? null : <span className="ap-faint">, over</span>}
    </p>
  );
}
