import { RATE_HISTORY_SECONDS } from '@apiary/common/limits/screens.ts';
import { HISTOGRAM_BUCKETS_MAX } from '@apiary/common/limits.ts';
import { histogramSchema } from '@apiary/common/messages/actions/honeycomb.ts';
import { useEffect } from 'react';
import { Redirect } from 'wouter';
import { z } from 'zod';
import { RateChart } from '../charts/rate-chart.tsx';
import { bucketTotals } from '../charts/stack.ts';
import { roundNumber, wholeNumber } from '../components/figures.ts';
import { useSystem } from '../components/use-system.ts';
import { callApi } from '../state/http.ts';
import { type RateWatch, ratesBySecond } from '../state/rate.ts';
import { useServices } from '../state/services.ts';
import { useNow } from '../state/use-now.ts';
import { useStore } from '../state/use-store.ts';
import './home.css';
import { ApiaryItself } from './home/apiary-itself.tsx';
import { FiringPanel } from './home/firing-panel.tsx';
import { LoudestPanel } from './home/loudest-panel.tsx';
import { NewestPatterns } from './home/newest-patterns.tsx';

/** Home: what comes in now, what went wrong last, and how Apiary itself is. */
export function HomePage() {
  const { fleet } = useServices();
  const { status, agents, targets } = useStore(fleet.fleet);
  if (status === 'ready' && targets.size === 0) {
    // A page of its own: it shall not go away with the first target, in the midst of its steps.
    return <Redirect to="/start" replace />;
  }
  const approved = [...agents.values()].filter(({ approval }) => approval === 'approved');
  const files = [...targets.values()].reduce((sum, target) => sum + (target.status.files ?? 0), 0);
  return (
    <div className="ap-page ap-home">
      <h1 className="ap-hidden">Home</h1>
      <RateRow hosts={approved.length} files={files} />
      <div className="ap-home-news">
        <FiringPanel />
        <NewestPatterns />
      </div>
      <div className="ap-home-columns">
        <LoudestPanel />
        <ApiaryItself />
      </div>
    </div>
  );
}

function RateRow(props: { readonly hosts: number; readonly files: number }) {
  const { rate } = useServices();
  const { samples, linesPerSecond } = useStore(rate.pulse);
  const { system } = useSystem();
  const now = useNow(1_000);
  useEffect(() => fillBefore(rate), [rate]);
  const rates = ratesBySecond(samples, now, RATE_HISTORY_SECONDS);
  return (
    <section className="ap-rate" aria-label="Rate">
      <div className="ap-rate-figures">
        <p className="ap-rate-figure" data-testid="rate">
          <strong>{wholeNumber(Math.round(linesPerSecond ?? 0))}</strong>
          <span>lines a second, now</span>
        </p>
        <dl className="ap-rate-facts">
          <Figure name="Hosts" value={wholeNumber(props.hosts)} />
          <Figure name="Files" value={wholeNumber(props.files)} />
          <Figure name="Stored" value={system?.store ? linesText(system.store.records) : '…'} />
        </dl>
      </div>
      <RateChart rates={rates} />
    </section>
  );
}

function linesText(lines: number): string {
  return `${roundNumber(lines)} lines`;
}

function Figure(props: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

const countsSchema = z.object({ histogram: histogramSchema.optional() });

/** What came in before this page was opened: from the lines' own times, once. */
function fillBefore(rate: RateWatch): () => void {
  const abort = new AbortController();
  const to = Math.floor(Date.now() / 1_000) * 1_000;
  const buckets = Math.min(RATE_HISTORY_SECONDS, HISTOGRAM_BUCKETS_MAX);
  const body = { query: '*', limit: 0, from: to - buckets * 1_000, to, histogram: { buckets } };
  callApi('/api/search', countsSchema, { method: 'POST', body, signal: abort.signal })
    .then(({ histogram }) => {
      if (!histogram) return;
      const { from, step } = histogram;
      const seconds = step / 1_000;
      const samples = bucketTotals(histogram).map((lines, bucket) => ({
        atMs: from + bucket * step,
        linesPerSecond: lines / seconds,
      }));
      rate.before(samples);
    })
    .catch(() => {});
  return () => abort.abort();
}
