import type { SearchView } from '../../state/log-search.ts';

/** Strips above the results: a search under way, one that failed, one that is not whole. */
export function SearchNotices(props: {
  readonly view: SearchView;
  readonly onAgain: () => void;
  readonly onStop: () => void;
}) {
  const { view } = props;
  if (view.status === 'searching') return <Progress onStop={props.onStop} />;
  if (view.status === 'failed' && view.error?.code !== 'query-syntax') {
    return (
      <div className="ap-strip ap-strip-error" role="alert" data-testid="search-failed">
        <span>
          <strong>This search failed.</strong> {view.error?.message}
        </span>
        <button type="button" className="ap-link" onClick={props.onAgain}>
          Ask again
        </button>
      </div>
    );
  }
  if (view.missing.length > 0) {
    return (
      <div className="ap-strip ap-strip-warn" role="status" data-testid="partial">
        <span>
          <strong>This answer is not whole.</strong> Missing: {view.missing.join('; ')}.
        </span>
        <button type="button" className="ap-link" onClick={props.onAgain}>
          Ask again
        </button>
      </div>
    );
  }
  return null;
}

/** A line of honey that appears only when a search takes long enough to be noticed. */
function Progress(props: { readonly onStop: () => void }) {
  return (
    <div className="ap-progress">
      <span className="ap-progress-bar" />
      <button type="button" className="ap-link ap-stop" onClick={props.onStop}>
        Stop
      </button>
    </div>
  );
}
