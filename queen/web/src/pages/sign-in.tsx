import { Logo } from '../components/logo.tsx';

/** What a browser without a session sees: how to get one. */
export function SignInPage(props: { readonly failure?: string }) {
  return (
    <main className="ap-alone">
      <Logo />
      <h1>{props.failure ? 'Queen does not answer' : 'Sign in'}</h1>
      {props.failure ? (
        <p>{props.failure} Reload this page when it runs again.</p>
      ) : (
        <>
          <p>Type this where Apiary runs. It prints a link that signs this browser in, once.</p>
          <pre className="ap-code">
            <code>./apiary link</code>
          </pre>
        </>
      )}
    </main>
  );
}
