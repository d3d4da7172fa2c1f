/** What Queen tells of one host: its ledger as it is pushed, and what is asked of its Bee. */
import {
  fileEndSchema,
  folderSchema,
  suggestionsSchema,
} from '@apiary/common/messages/host-view.ts';
import type { AgentLedger } from '@apiary/common/messages/ledger.ts';
import { useEffect, useState } from 'react';
import { callApi, messageOf } from './http.ts';
import { useServices } from './services.ts';

const wordsOf = (words: Readonly<Record<string, string>>) => new URLSearchParams(words).toString();

/** Every call rejects with the AppError that Queen answered. */
export const hostView = {
  folder: (agent: string, path: string) =>
    callApi(`/api/agents/files?${wordsOf({ agent, path })}`, folderSchema),
  fileEnd: (agent: string, path: string) =>
    callApi(`/api/agents/files/end?${wordsOf({ agent, path })}`, fileEndSchema),
  suggestions: (agent: string) =>
    callApi(`/api/agents/suggestions?${wordsOf({ agent })}`, suggestionsSchema),
};

/** An agent's ledger while the component is there. */
export function useLedger(agent: string): {
  readonly ledger: AgentLedger | undefined;
  readonly failure: string | undefined;
} {
  const { connection } = useServices();
  const [ledger, setLedger] = useState<AgentLedger>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const stopHearing = connection.on<AgentLedger>('ledger.changed', (changed) => {
      if (changed.agent === agent) setLedger(changed);
    });
    const stopOpening = connection.whenOpen(() => {
      connection
        .request<{ ledger: AgentLedger }>('ledger.watch', { agent })
        .then((answer) => setLedger(answer.ledger))
        .catch((thrown: unknown) => setFailure(messageOf(thrown)));
    });
    return () => {
      stopHearing();
      stopOpening();
      // The socket may be gone, and its watches with it.
      connection.request('ledger.unwatch', { agent }).catch(() => {});
    };
  }, [connection, agent]);
  return { ledger, failure };
}
