// Sets the colour scheme before the first paint. A file of its own, because the content security
// policy allows no inline script. The key is the one that the application writes.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem('apiary-scheme');
  } catch {
    // Storage is blocked: the system's scheme it is.
  }
  const system = window.matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : system;
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
