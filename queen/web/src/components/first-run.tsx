import { lazy, Suspense } from 'react';

const Steps = lazy(async () => ({ default: (await import('../pages/start/steps.tsx')).Steps }));

/** An empty system: what to do, each step filling in as it happens. It is loaded where it is needed. */
export function FirstRun() {
  return (
    <Suspense fallback={null}>
      <Steps />
    </Suspense>
  );
}
