import type { TargetResult } from '@apiary/common/messages/actions/agentmanager.ts';
import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearch } from 'wouter';
import { countOf } from '../components/figures.ts';
import { IconArrowLeft } from '../components/icons.ts';
import { messageOf } from '../state/http.ts';
import { useServices } from '../state/services.ts';
import './agents.css';
import './add-targets.css';
import { AgentPicker } from './add-targets/agent-picker.tsx';
import { FileList } from './add-targets/file-list.tsx';
import { ResultMatrix } from './add-targets/result-matrix.tsx';
import { TagList } from './add-targets/tag-list.tsx';

/** Files, tags and agents side by side; then a matrix of what became of each. */
export function AddTargetsPage() {
  const { fleet } = useServices();
  const preset = new URLSearchParams(useSearch()).get('agents') ?? '';
  const [urls, setUrls] = useState<readonly string[]>([]);
  const [tags, setTags] = useState<readonly string[]>([]);
  const [agents, setAgents] = useState<ReadonlySet<string>>(
    () => new Set(preset.split(',').filter((id) => id !== '')),
  );
  const [history, setHistory] = useState(false);
  const [results, setResults] = useState<readonly TargetResult[]>();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string>();
  const ready = urls.length > 0 && agents.size > 0 && !asking;
  const watch = async (asked: { agents: readonly string[]; urls: readonly string[] }) => {
    setAsking(true);
    setFailure(undefined);
    try {
      const added = await fleet.addTargets({ ...asked, tags, history });
      setResults((before) => merged(before ?? [], added));
    } catch (thrown) {
      setFailure(messageOf(thrown));
    }
    setAsking(false);
  };
  return (
    <div className="ap-page">
      <Link href="/agents" className="ap-back">
        <IconArrowLeft size={16} stroke={1.6} aria-hidden="true" />
        Agents
      </Link>
      <div className="ap-page-head">
        <h1>Add targets</h1>
      </div>
      <div className="ap-add">
        <FileList urls={urls} onChange={setUrls} />
        <TagList tags={tags} onChange={setTags} />
        <AgentPicker chosen={agents} onChange={setAgents} />
      </div>
      <div className="ap-add-foot">
        <Checkbox
          label="Also what the files hold already"
          checked={history}
          onChange={(event) => setHistory(event.currentTarget.checked)}
        />
        <Button
          variant="filled"
          disabled={!ready}
          data-testid="watch"
          onClick={() => void watch({ agents: [...agents], urls })}
        >
          {buttonText(urls.length, agents.size)}
        </Button>
      </div>
      {failure ? (
        <div className="ap-strip ap-strip-error" role="alert">
          <span>{failure}</span>
        </div>
      ) : null}
      {results ? (
        <ResultMatrix
          results={results}
          onAgain={(agentIds, again) => void watch({ agents: agentIds, urls: again })}
          onUndone={() => setResults(undefined)}
        />
      ) : null}
    </div>
  );
}

function buttonText(files: number, agents: number): string {
  if (files === 0) return 'Choose what to watch';
  if (agents === 0) return 'Choose agents';
  return `Watch ${countOf(files, 'target')} on ${countOf(agents, 'agent')}`;
}

/** Later results replace those of the same agent and target. */
function merged(before: readonly TargetResult[], added: readonly TargetResult[]): TargetResult[] {
  const key = (result: TargetResult) => `${result.agent} ${result.url}`;
  const all = new Map(before.map((result) => [key(result), result]));
  for (const result of added) all.set(key(result), result);
  return [...all.values()];
}
