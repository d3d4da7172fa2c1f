/** What a section says while it loads, and when it could not. */
export function SectionState(props: {
  readonly failure: string | undefined;
  readonly isLoading: boolean;
  readonly onAgain: () => Promise<void>;
}) {
  const { failure, isLoading, onAgain } = props;
  if (failure !== undefined) {
    return (
      <p className="ap-sheet-text ap-bad" role="alert">
        {failure}{' '}
        <button type="button" className="ap-link" onClick={() => void onAgain()}>
          Ask again
        </button>
      </p>
    );
  }
  return isLoading ? <p className="ap-sheet-text">Loading…</p> : null;
}
