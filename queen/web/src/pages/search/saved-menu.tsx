import type { SavedQuery } from '@apiary/common/messages/saved-query.ts';
import { ActionIcon, Button, Checkbox, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { IconBookmark, IconX } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { QueryText } from '../../query-editor/query-text.tsx';
import type { SearchAddress } from '../../state/address.ts';
import { savedAddress, savedRange } from '../../state/saved-queries.ts';
import { useServices } from '../../state/services.ts';
import { DEFAULT_RANGE } from '../../state/time-range.ts';
import { useStore } from '../../state/use-store.ts';

/** Saved queries: to open one, to save this one. */
export function SavedMenu(props: {
  readonly address: SearchAddress;
  readonly onPick: (change: Partial<SearchAddress>) => void;
}) {
  const { savedQueries } = useServices();
  const [opened, setOpened] = useState(false);
  const { queries, failure } = useStore(savedQueries.state);
  useEffect(() => {
    if (opened) savedQueries.load();
  }, [opened, savedQueries]);
  const pick = (saved: SavedQuery) => {
    setOpened(false);
    props.onPick(savedAddress(saved, DEFAULT_RANGE));
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <ActionIcon
          aria-label="Saved queries"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <IconBookmark size={18} stroke={1.6} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className="ap-menu ap-history">
        {failure ? <p className="ap-menu-empty ap-bad">{failure}</p> : null}
        {queries.length === 0 ? <p className="ap-menu-empty">No query is saved yet.</p> : null}
        <ul className="ap-saved" aria-label="Saved queries">
          {queries.map((saved) => (
            <SavedRow key={saved.id} saved={saved} onPick={() => pick(saved)} />
          ))}
        </ul>
        <SaveForm address={props.address} onSaved={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function SavedRow(props: { readonly saved: SavedQuery; readonly onPick: () => void }) {
  const { savedQueries, notices, session } = useServices();
  const state = useStore(session.state);
  const { saved } = props;
  const actor = state.kind === 'signed-in' ? state.actor : undefined;
  const mayRemove = actor?.id === saved.owner || actor?.role === 'admin';
  const name = safeText(saved.name);
  const remove = () => {
    const { id: _id, owner: _owner, savedMs: _savedMs, ...again } = saved;
    return notices.act(
      () => savedQueries.remove(saved.id),
      `Removed ${name}`,
      () => savedQueries.save(again),
    );
  };
  return (
    <li>
      <button type="button" className="ap-menu-row" onClick={props.onPick}>
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        <span className="ap-faint">{saved.shared ? `team, ${safeText(saved.owner)}` : 'mine'}</span>
        <br />
        <QueryText query={saved.query === '' ? '*' : saved.query} />
      </button>
      {mayRemove ? (
        <ActionIcon aria-label={`Remove ${name}`} onClick={() => void remove()}>
          <IconX size={15} stroke={1.6} />
        </ActionIcon>
      ) : null}
    </li>
  );
}

function SaveForm(props: { readonly address: SearchAddress; readonly onSaved: () => void }) {
  const { savedQueries, notices, session } = useServices();
  const state = useStore(session.state);
  const { query, range, fields } = props.address;
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const mayShare = state.kind === 'signed-in' && state.actor.role !== 'viewer';
  const save = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    const savedAs = savedRange(range);
    const body = {
      name: wanted,
      query,
      shared,
      ...(savedAs !== undefined && { range: savedAs }),
      ...(fields.length > 0 && { fields: [...fields] }),
    };
    void notices.act(async () => {
      await savedQueries.save(body);
      setName('');
      props.onSaved();
    }, `Saved ${wanted}`);
  };
  return (
    <form className="ap-typed-range" onSubmit={save}>
      <TextInput
        label="Save this query as"
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {mayShare ? (
        <Checkbox
          label="For the whole team"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      ) : null}
      <Button type="submit">Save</Button>
    </form>
  );
}
