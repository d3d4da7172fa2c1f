/** The hexagon. */
export function Logo() {
  return (
    <svg className="ap-logo" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path fill="var(--ap-honey)" d="M12 1.5l9.1 5.25v10.5L12 22.5l-9.1-5.25V6.75z" />
      <path fill="var(--ap-on-honey)" d="M12 7.2l4.2 2.4v4.8L12 16.8l-4.2-2.4V9.6z" />
    </svg>
  );
}
