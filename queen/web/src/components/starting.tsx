import { Logo } from './logo.tsx';

/** What stands there until it is known who is here: the same as in `index.html`, so that nothing moves. */
export function Starting() {
  return (
    <div className="ap-top">
      <span className="ap-brand">
        <Logo />
        <span>Apiary</span>
      </span>
    </div>
  );
}
