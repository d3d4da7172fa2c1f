import { access } from '../../state/access.ts';
import { alerting } from '../../state/alerts.ts';
import { useLoaded } from '../../state/use-loaded.ts';

/** Who may be told. */
export interface Recipients {
  /** Names of channels; undefined until they came. */
  readonly channels: readonly string[] | undefined;
  /** Names of people; undefined where one may not list them. */
  readonly people: readonly string[] | undefined;
  /** Why the channels did not come. */
  readonly failure: string | undefined;
}

/** Channels and people, asked for once for the whole editor. */
export function useRecipients(): Recipients {
  const channels = useLoaded(alerting.channels);
  const people = useLoaded(access.users);
  return {
    channels: channels.value?.map(({ name }) => name),
    people: people.value?.map(({ name }) => name),
    failure: channels.failure,
  };
}
