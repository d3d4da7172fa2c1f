import { QUERY_FIELDS_MAX } from '@apiary/common/limits/screens.ts';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';

/** Names a field to begin with. */
export function NewField(props: {
  /** Names that are taken. */
  readonly names: readonly string[];
  readonly onAdd: (name: string) => void;
  readonly explained?: boolean;
}) {
  const { names, onAdd } = props;
  const [name, setName] = useState('');
  const wanted = name.trim();
  const taken = names.includes(wanted);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === '' || taken) return;
    setName('');
    onAdd(wanted);
  };
  if (names.length >= QUERY_FIELDS_MAX) return null;
  return (
    <form className="ap-new-field" onSubmit={add}>
      {props.explained ? (
        <>
          <h2>Compare kinds of lines</h2>
          <p className="ap-faint">
            A field has a name and members. Each member is a query with a colour; a line belongs to
            the first member whose query it matches. It is saved with the query.
          </p>
        </>
      ) : null}
      <div className="ap-new-row">
        <TextInput
          label="New field"
          placeholder="Login outcome"
          value={name}
          maxLength={80}
          error={taken ? 'There is a field of that name already.' : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Add the field
        </Button>
      </div>
    </form>
  );
}
