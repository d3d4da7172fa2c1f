import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Logo } from '../components/logo.tsx';
import { messageOf } from '../state/http.ts';
import { useServices } from '../state/services.ts';

/** Redeems the one-time link (`/welcome#token`) and goes on to Search. */
export function WelcomePage() {
  const { session } = useServices();
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string>();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const token = window.location.hash.slice(1);
    // The token leaves the address before anything else happens: it must not stay in the history.
    window.history.replaceState(null, '', '/welcome');
    const redeemed = token === '' ? session.load() : session.redeem(token);
    redeemed
      .then(() => navigate('/search', { replace: true }))
      .catch((thrown: unknown) => setFailure(messageOf(thrown)));
  }, [session, navigate]);
  return (
    <main className="ap-alone">
      <Logo />
      {failure ? (
        <>
          <h1>This link does not sign in</h1>
          <p>{failure}</p>
          <p>A link works once, for 15 minutes. This prints a new one:</p>
          <pre className="ap-code">
            <code>./apiary link</code>
          </pre>
        </>
      ) : (
        <h1>Signing in…</h1>
      )}
    </main>
  );
}
