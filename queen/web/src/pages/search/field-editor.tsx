import { FIELD_MEMBERS_MAX } from '@apiary/common/limits/screens.ts';
import type { FieldMember, QueryField } from '@apiary/common/messages/query-field.ts';
import { parseQuery } from '@apiary/common/query/parser.ts';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { wholeNumber } from '../../components/figures.ts';
import { IconTrash } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { type FieldCounts, freeColor } from '../../state/search-fields.ts';
import { FieldMemberRow } from './field-member-row.tsx';

/** A field's members in their order, everything else, and one more. */
export function FieldEditor(props: {
  readonly field: QueryField;
  readonly counts: FieldCounts | undefined;
  readonly onChange: (field: QueryField) => void;
  readonly onRemove: () => void;
}) {
  const { field, counts, onChange } = props;
  const { members } = field;
  const [dragged, setDragged] = useState<number>();
  const [told, setTold] = useState('');
  const move = (from: number, to: number) => {
    if (to < 0 || to >= members.length || from === to) return;
    const others = members.filter((_member, index) => index !== from);
    const member = members[from];
    if (!member) return;
    onChange({ ...field, members: others.toSpliced(to, 0, member) });
    setTold(`${member.name} is number ${to + 1} of ${members.length}`);
  };
  return (
    <section aria-label={`Members of ${safeText(field.name)}`}>
      <div className="ap-field-head">
        <h2>
          <bdi>{safeText(field.name)}</bdi>
        </h2>
        <button type="button" className="ap-text-button" onClick={props.onRemove}>
          <IconTrash size={16} stroke={1.6} aria-hidden="true" />
          Remove field
        </button>
      </div>
      <p className="ap-faint ap-field-note">
        A line belongs to the first member whose query it matches.
      </p>
      <ol className="ap-members">
        {members.map((member, index) => (
          <FieldMemberRow
            key={member.name}
            member={member}
            count={counts?.members[index]?.total}
            dragged={dragged === index}
            onMove={(by) => move(index, index + by)}
            onDragStart={() => setDragged(index)}
            onDrop={() => {
              if (dragged !== undefined) move(dragged, index);
              setDragged(undefined);
            }}
            onColor={(color) =>
              onChange({ ...field, members: members.with(index, { ...member, color }) })
            }
            onRemove={() =>
              onChange({ ...field, members: members.filter((other) => other !== member) })
            }
          />
        ))}
      </ol>
      <div className="ap-member-rest">
        <span className="ap-swatch ap-back-8" />
        <span className={field.rest ? 'ap-grow' : 'ap-grow ap-faint'}>Everything else</span>
        {field.rest && counts ? <span>{wholeNumber(counts.rest.total)}</span> : null}
        <button
          type="button"
          className="ap-link"
          onClick={() => onChange({ ...field, rest: !field.rest })}
        >
          {field.rest ? 'Leave out' : 'Take in'}
        </button>
      </div>
      <span className="ap-hidden" role="status">
        {told}
      </span>
      {members.length < FIELD_MEMBERS_MAX ? (
        <AddMember
          members={members}
          onAdd={(member) => onChange({ ...field, members: [...members, member] })}
        />
      ) : (
        <p className="ap-faint ap-field-note">Seven members are what a chart can show.</p>
      )}
    </section>
  );
}

function AddMember(props: {
  readonly members: readonly FieldMember[];
  readonly onAdd: (member: FieldMember) => void;
}) {
  const { members, onAdd } = props;
  const [name, setName] = useState('');
  const [query, setQuery] = useState('');
  const [failure, setFailure] = useState<string>();
  const add = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseQuery(query.trim());
    if (query.trim() === '') return setFailure('A member needs a query.');
    if (!parsed.ok) return setFailure(parsed.error.message);
    const wanted = name.trim() === '' ? query.trim().slice(0, 80) : name.trim();
    if (members.some((member) => member.name === wanted)) {
      return setFailure('There is a member of that name already.');
    }
    setFailure(undefined);
    setName('');
    setQuery('');
    onAdd({ name: wanted, query: query.trim(), color: freeColor(members) });
  };
  return (
    <form className="ap-add-member" onSubmit={add}>
      <TextInput
        label="Member"
        placeholder="Wrong password"
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label="Its query"
        placeholder={'"Failed password" NOT "invalid user"'}
        value={query}
        maxLength={1000}
        error={failure}
        className="ap-grow"
        classNames={{ input: 'ap-mono' }}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setFailure(undefined);
        }}
      />
      <Button type="submit" variant="default">
        Add member
      </Button>
    </form>
  );
}
