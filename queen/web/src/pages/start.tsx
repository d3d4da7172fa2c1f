import { FirstRun } from '../components/first-run.tsx';

/** From an empty system, or a new machine, to lines and alerts. */
export function StartPage() {
  return (
    <div className="ap-page">
      <h1 className="ap-hidden">Bring in a machine</h1>
      <FirstRun />
    </div>
  );
}
