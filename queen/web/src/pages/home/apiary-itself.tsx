import type { Health } from '@apiary/common/messages/vitals.ts';
import { Link } from 'wouter';
import { Sparkline } from '../../charts/sparkline.tsx';
import { ComponentHexagon } from '../../components/agent-hexagon.tsx';
import { byteSize, countOf, wholeNumber } from '../../components/figures.ts';
import { useHealth } from '../../components/use-health.ts';
import { useSystem } from '../../components/use-system.ts';
import type { HealthSample } from '../../state/health.ts';
import type { System } from '../../state/system.ts';

/** How Apiary itself is: queue, lag, store, disk, components, and a sentence on whatever is not well. */
export function ApiaryItself() {
  const { health, failure, samples } = useHealth();
  const { system } = useSystem();
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-itself">
      <div className="ap-panel-head">
        <h2 id="home-itself">Apiary itself</h2>
        <span className="ap-faint">{health ? headline(health) : ''}</span>
      </div>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {health ? (
        <>
          <Tiles health={health} samples={samples} store={system?.store} />
          <Components health={health} />
          {health.sentences.map((sentence) => (
            <p key={sentence} className="ap-panel-note ap-warn-text">
              {sentence}{' '}
              {sentence.includes('wait for a person') || sentence.includes('waits for a person') ? (
                <Link href="/settings/dead-letters" className="ap-link">
                  Show them
                </Link>
              ) : null}
            </p>
          ))}
        </>
      ) : null}
    </section>
  );
}

function headline({ well, components }: Health): string {
  if (well) return 'all well';
  const unwell = components.filter(({ state }) => state !== 'well').length;
  return unwell === 0 ? 'something to see to' : `${countOf(unwell, 'component')} not well`;
}

function Components(props: { readonly health: Health }) {
  return (
    <ul className="ap-processes" aria-label="Components">
      {props.health.components.map(({ name, state, processes }) => (
        <li key={name} data-state={state}>
          <ComponentHexagon state={state} />
          {name}
          {processes > 1 ? <span className="ap-faint">×{processes}</span> : null}
          {state === 'well' ? null : <span className="ap-faint">{state}</span>}
        </li>
      ))}
    </ul>
  );
}

function Tiles(props: {
  readonly health: Health;
  readonly samples: readonly HealthSample[];
  readonly store: System['store'];
}) {
  const { health, samples, store } = props;
  const { queue, lagMs, disk } = health;
  return (
    <dl className="ap-tiles">
      <Tile
        name="Waiting in the queue"
        value={queue ? countOf(queue.waiting, 'block') : '…'}
        note={queue ? peakText(queue) : 'the broker does not say'}
        values={samples.map(({ waiting }) => waiting)}
      />
      <Tile
        name="Read to stored"
        value={lagMs === undefined ? 'at rest' : lagText(lagMs)}
        note="the slowest line of the last seconds"
        values={samples.map((sample) => sample.lagMs)}
      />
      <Tile
        name="Stored"
        value={store ? byteSize(store.storedBytes) : '…'}
        note={store ? storedText(store) : 'no honeycomb answers'}
      />
      <Tile
        name="Disk"
        value={disk ? `${byteSize(disk.freeBytes)} free` : '…'}
        note={disk ? `of ${byteSize(disk.totalBytes)}` : 'the store minds its own'}
        values={disk ? samples.map(({ freeBytes }) => freeBytes) : []}
      />
    </dl>
  );
}

function peakText({ most, mostAtMs }: NonNullable<Health['queue']>): string {
  if (most === 0) return 'none since Queen started';
  const time = new Date(mostAtMs).toLocaleTimeString('sv', { hour: '2-digit', minute: '2-digit' });
  return `most ${wholeNumber(most)}, at ${time}`;
}

function lagText(lagMs: number): string {
  return lagMs < 1_000 ? `${Math.round(lagMs)} ms` : `${(lagMs / 1_000).toFixed(1)} s`;
}

function storedText(store: NonNullable<System['store']>): string {
  if (store.storedBytes === 0) return `${byteSize(store.rawBytes)} raw, none sealed yet`;
  const share = (100 * store.storedBytes) / Math.max(1, store.rawBytes);
  return `of ${byteSize(store.rawBytes)} raw, ${share.toFixed(1)} %`;
}

function Tile(props: {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly values?: readonly number[];
}) {
  const { name, value, note, values = [] } = props;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span className="ap-faint">{note}</span>
        {values.length > 1 ? (
          <Sparkline values={values} label={`${name}, the last minutes`} />
        ) : null}
      </dd>
    </div>
  );
}
