import { AppError } from '@apiary/common/errors.ts';
import type { Rule, RuleInput } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Link, useLocation, useSearch } from 'wouter';
import { IconArrowLeft } from '../components/icons.ts';
import { safeText } from '../log-list/display.ts';
import { alerting } from '../state/alerts.ts';
import { messageOf } from '../state/http.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import './agents.css';
import './settings.css';
import './alerts.css';
import type { DraftErrors } from './alerts/draft-errors.ts';
import { QuietOfRule } from './alerts/quiet-strip.tsx';
import { draftOf, freshId, NEW_RULE, type RuleDraft, ruleOf } from './alerts/rule-draft.ts';
import { RuleForm } from './alerts/rule-form.tsx';
import { RulePreview } from './alerts/rule-preview.tsx';

/** What is wrong is said once nothing changed for so long. */
const WAIT_MS = 400;

/** A rule: the sentence at the left, what it would have done at the right. */
export function RulePage(props: { readonly id: string }) {
  const { value: rules, failure } = useLoaded(alerting.rules);
  const search = useSearch();
  if (props.id === 'new') {
    const query = new URLSearchParams(search).get('q') ?? '';
    const taken = rules?.map(({ id }) => id);
    return <Editor initial={{ ...NEW_RULE, query }} saved={undefined} taken={taken} />;
  }
  const rule = rules?.find(({ id }) => id === props.id);
  if (rule) return <Editor key={rule.id} initial={draftOf(rule)} saved={rule} taken={[]} />;
  return (
    <div className="ap-page">
      <Back />
      <h1>{failure ?? (rules ? 'There is no such rule' : 'Loading…')}</h1>
    </div>
  );
}

function Back() {
  return (
    <Link href="/alerts/rules" className="ap-back">
      <IconArrowLeft size={16} stroke={1.6} aria-hidden="true" />
      Rules
    </Link>
  );
}

function Editor(props: {
  readonly initial: RuleDraft;
  readonly saved: Rule | undefined;
  /** Ids that a new rule may not have; undefined until they came. */
  readonly taken: readonly string[] | undefined;
}) {
  const { initial, saved, taken } = props;
  const [draft, setDraft] = useState(initial);
  const page = useRef<HTMLDivElement>(null);
  const made = ruleOf(draft);
  const rule = 'rule' in made ? made.rule : undefined;
  const [settled, settle] = useSettled(draft, WAIT_MS);
  const { refused, forget, put } = useSave(saved, taken);
  const errors = { ...errorsIn(settled === draft ? made : ruleOf(settled)), ...refused?.errors };
  const changed = JSON.stringify(draft) !== JSON.stringify(initial);
  const change = (fields: Partial<RuleDraft>) => {
    forget();
    setDraft((before) => ({ ...before, ...fields }));
  };
  const save = () => {
    if (rule) {
      void put(draft, rule);
      return;
    }
    // What is wrong is shown at once, so that it can be gone to.
    flushSync(settle);
    page.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  const told = refused?.told ?? Object.values(errors)[0];
  return (
    <div className="ap-page" ref={page}>
      <Back />
      <div className="ap-page-head">
        <h1>
          <bdi>{safeText(draft.name.trim() || 'New rule')}</bdi>
        </h1>
        <span className="ap-faint">{changed ? 'changed, not saved' : ''}</span>
        {saved ? <QuietOfRule rule={saved} /> : null}
        {changed ? <Button onClick={() => setDraft(initial)}>Discard</Button> : null}
        <Button variant="filled" onClick={save}>
          Save rule
        </Button>
      </div>
      {told === undefined ? null : (
        <div className="ap-strip ap-strip-warn" role="alert">
          <span>{told}</span>
        </div>
      )}
      <div className="ap-rule-columns">
        <RuleForm draft={draft} errors={errors} onChange={change} />
        <RulePreview rule={rule} onChange={change} />
      </div>
    </div>
  );
}

function errorsIn(made: ReturnType<typeof ruleOf>): DraftErrors {
  return 'errors' in made ? made.errors : {};
}

/** Why a rule was not taken, and at which field that belongs. */
interface Refused {
  readonly told: string;
  readonly errors: DraftErrors;
}

/** Saves, and goes back to the rules; what is refused stays on the page with the reason. */
function useSave(saved: Rule | undefined, taken: readonly string[] | undefined) {
  const { notices } = useServices();
  const [, navigate] = useLocation();
  const [refused, setRefused] = useState<Refused>();
  const put = async (draft: RuleDraft, rule: RuleInput) => {
    try {
      const known = taken ?? (await alerting.rules()).map(({ id }) => id);
      const id = rule.id ?? freshId(draft.name.trim() || 'New rule', known);
      await alerting.putRule({ ...rule, id });
      navigate('/alerts/rules');
      const back = saved ? () => alerting.putRule(saved) : () => alerting.removeRule(id);
      notices.say(`Saved ${safeText(rule.name)}`, back);
    } catch (thrown) {
      setRefused({
        told: `It is not saved. ${messageOf(thrown)}`,
        errors: refusalAt(draft, thrown),
      });
    }
  };
  return { refused, forget: () => setRefused(undefined), put };
}

/** Queen's answer at the field that it is about, where it is about one. */
function refusalAt({ kind }: RuleDraft, thrown: unknown): DraftErrors {
  if (!(thrown instanceof AppError) || thrown.code !== 'query-syntax') return {};
  // Both queries were read here before; of a ratio it may be either.
  return kind === 'ratio'
    ? { query: thrown.message, of: thrown.message }
    : { query: thrown.message };
}

/** A value once it has not changed for a while, as half typed is not wrong; and what shortens the while. */
function useSettled<T>(value: T, waitMs: number): readonly [settled: T, settle: () => void] {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), waitMs);
    return () => window.clearTimeout(timer);
  }, [value, waitMs]);
  return [settled, () => setSettled(value)];
}
