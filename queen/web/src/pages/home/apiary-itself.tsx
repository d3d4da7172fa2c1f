import { AgentHexagon } from '../../components/agent-hexagon.tsx';
import { byteSize, roundNumber, wholeNumber } from '../../components/figures.ts';
import { useSystem } from '../../components/use-system.ts';
import type { System } from '../../state/system.ts';

/** How Apiary itself is: its store, its components, and one sentence on whatever is not well. */
export function ApiaryItself() {
  const { system, failure } = useSystem();
  return (
    <section className="ap-sheet ap-panel" aria-labelledby="home-itself">
      <div className="ap-panel-head">
        <h2 id="home-itself">Apiary itself</h2>
        <span className="ap-faint">{system ? `version ${system.version}` : ''}</span>
      </div>
      {failure ? <p className="ap-panel-empty ap-bad">{failure}</p> : null}
      {system ? <Itself system={system} /> : null}
    </section>
  );
}

function Itself(props: { readonly system: System }) {
  const { components, store } = props.system;
  const unwell = components.filter(({ state }) => state !== 'running');
  return (
    <>
      {store ? <StoreFigures store={store} /> : null}
      <ul className="ap-processes" aria-label="Components">
        {components.map(({ name, state }) => (
          <li key={name} data-state={state}>
            <AgentHexagon standing={state === 'running' ? 'alive' : 'dead'} hidden />
            {name}
            {state === 'running' ? null : <span className="ap-bad"> {state}</span>}
          </li>
        ))}
      </ul>
      {unwell.map(({ name, state }) => (
        <p key={name} className="ap-panel-note">
          {SENTENCES[name] ?? `${name} does not answer.`}{' '}
          {state === 'silent' ? 'It is there but does not answer in time.' : ''}
        </p>
      ))}
    </>
  );
}

/** What is missing while a component is away. */
const SENTENCES: Readonly<Record<string, string>> = {
  honeycomb:
    'No honeycomb answers: nothing can be searched. Lines wait in the broker; none is lost.',
  agentmanager: 'agentmanager does not answer: agents and targets cannot be changed.',
  agentmonitor: 'agentmonitor does not answer: nobody notices when a host dies.',
  pheromone: 'pheromone does not answer: no rule is judged. It catches up when it is back.',
  sting: 'sting does not answer: messages wait until it is back.',
};

function StoreFigures(props: { readonly store: NonNullable<System['store']> }) {
  const { store } = props;
  const share = store.rawBytes > 0 ? (100 * store.storedBytes) / store.rawBytes : 0;
  return (
    <dl className="ap-tiles">
      <Tile
        name="Stored"
        value={byteSize(store.storedBytes)}
        note={
          store.storedBytes > 0
            ? `of ${byteSize(store.rawBytes)} raw, ${share.toFixed(1)} %`
            : `${byteSize(store.rawBytes)} raw, none sealed yet`
        }
      />
      <Tile
        name="Lines"
        value={roundNumber(store.records)}
        note={`${wholeNumber(store.openRecords)} of them not sealed yet`}
      />
      <Tile
        name="Coming in"
        value={`${byteSize(store.bytesPerSecond)}/s`}
        note={`${wholeNumber(store.chunks)} sealed chunks`}
      />
      <Tile
        name="Refused"
        value={wholeNumber(store.deadLettered)}
        note={store.deadLettered === 0 ? 'no message was unreadable' : 'messages in apiary.dead'}
      />
    </dl>
  );
}

function Tile(props: { readonly name: string; readonly value: string; readonly note: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <strong>{props.value}</strong>
        <span className="ap-faint">{props.note}</span>
      </dd>
    </div>
  );
}
