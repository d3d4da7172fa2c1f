import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Logo } from '../components/logo.tsx';
import { access } from '../state/access.ts';
import { messageOf } from '../state/http.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import './settings.css';

/** What a browser without a session sees: how to get one. */
export function SignInPage(props: { readonly failure?: string }) {
  const { value: methods, failure } = useLoaded(access.signInMethods);
  const trouble = props.failure ?? failure;
  return (
    <main className="ap-alone">
      <Logo />
      <h1>{trouble ? 'Queen does not answer' : 'Sign in'}</h1>
      {trouble ? <p>{trouble} Reload this page when it runs again.</p> : null}
      {!trouble && methods?.includes('password') ? <PasswordForm /> : null}
      {!trouble && methods?.includes('link') ? <LinkHint /> : null}
    </main>
  );
}

function LinkHint() {
  return (
    <>
      <p>Type this where Apiary runs. It prints a link that signs this browser in, once.</p>
      <pre className="ap-code">
        <code>./apiary link</code>
      </pre>
    </>
  );
}

function PasswordForm() {
  const { session } = useServices();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      await session.signIn(String(form.get('user')), String(form.get('password')));
    } catch (thrown) {
      setRefusal(messageOf(thrown));
      setBusy(false);
    }
  };
  return (
    <form className="ap-form" onSubmit={(event) => void submit(event)}>
      <label className="ap-field">
        <span>Name</span>
        <input
          className="ap-input"
          name="user"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
      </label>
      <label className="ap-field">
        <span>Password</span>
        <input
          className="ap-input"
          name="password"
          type="password"
          autoComplete="current-password"
          aria-invalid={refusal !== undefined}
          aria-describedby="refusal"
          required
        />
      </label>
      <p id="refusal" className="ap-bad" role="alert">
        {refusal}
      </p>
      <Button type="submit" variant="filled" loading={busy}>
        Sign in
      </Button>
    </form>
  );
}
