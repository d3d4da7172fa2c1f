import type { Rule } from '@apiary/common/messages/alerts.ts';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { IconArrowLeft } from '../components/icons.ts';
import { safeText } from '../log-list/display.ts';
import { alerting } from '../state/alerts.ts';
import { useServices } from '../state/services.ts';
import { useLoaded } from '../state/use-loaded.ts';
import './agents.css';
import './settings.css';
import './alerts.css';
import { draftOf, NEW_RULE, type RuleDraft, ruleOf } from './alerts/rule-draft.ts';
import { RuleForm } from './alerts/rule-form.tsx';
import { RulePreview } from './alerts/rule-preview.tsx';

/** A rule: the sentence at the left, what it would have done at the right. */
export function RulePage(props: { readonly id: string }) {
  const { value: rules, failure } = useLoaded(alerting.rules);
  const search = useSearch();
  if (props.id === 'new') {
    const query = new URLSearchParams(search).get('q') ?? '';
    return <Editor initial={{ ...NEW_RULE, query }} saved={undefined} />;
  }
  const rule = rules?.find(({ id }) => id === props.id);
  if (rule) return <Editor key={rule.id} initial={draftOf(rule)} saved={rule} />;
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

function Editor(props: { readonly initial: RuleDraft; readonly saved: Rule | undefined }) {
  const { initial, saved } = props;
  const { notices } = useServices();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(initial);
  const made = ruleOf(draft);
  const rule = 'rule' in made ? made.rule : undefined;
  const changed = JSON.stringify(draft) !== JSON.stringify(initial);
  const change = (fields: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...fields }));
  const save = () => {
    if (!rule) return;
    void notices.act(
      async () => {
        await alerting.putRule(rule);
        navigate('/alerts/rules');
      },
      `Saved ${rule.name}`,
      saved ? () => alerting.putRule(saved) : undefined,
    );
  };
  return (
    <div className="ap-page">
      <Back />
      <div className="ap-page-head">
        <h1>
          <bdi>{safeText(draft.name.trim() || 'New rule')}</bdi>
        </h1>
        <span className="ap-faint">{changed ? 'changed, not saved' : ''}</span>
        {changed ? <Button onClick={() => setDraft(initial)}>Discard</Button> : null}
        <Button variant="filled" disabled={!rule} onClick={save}>
          Save rule
        </Button>
      </div>
      {'wrong' in made ? (
        <div className="ap-strip ap-strip-warn" role="alert">
          <span>{made.wrong}</span>
        </div>
      ) : null}
      <div className="ap-rule-columns">
        <RuleForm draft={draft} onChange={change} />
        <RulePreview rule={rule} onChange={change} />
      </div>
    </div>
  );
}
