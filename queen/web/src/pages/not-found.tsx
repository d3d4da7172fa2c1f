import { Link } from 'wouter';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <div className="ap-page">
      <h1>There is no page at this address</h1>
      <p>
        <Link href="/search">Go to Search</Link>
      </p>
    </div>
  );
}
