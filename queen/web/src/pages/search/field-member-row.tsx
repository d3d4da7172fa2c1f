import { FIELD_MEMBERS_MAX } from '@apiary/common/limits/screens.ts';
import type { FieldMember } from '@apiary/common/messages/query-field.ts';
import { wholeNumber } from '../../components/figures.ts';
import { IconGripVertical, IconX } from '../../components/icons.ts';
import { safeText } from '../../log-list/display.ts';
import { QueryText } from '../../query-editor/query-text.tsx';

/** One member: dragged by its grip or moved with the arrow keys on it; a click on its colour takes the next. */
export function FieldMemberRow(props: {
  readonly member: FieldMember;
  readonly count: number | undefined;
  readonly dragged: boolean;
  readonly onMove: (by: number) => void;
  readonly onDragStart: () => void;
  readonly onDrop: () => void;
  readonly onColor: (color: number) => void;
  readonly onRemove: () => void;
}) {
  const { member, count } = props;
  const name = safeText(member.name);
  return (
    <li
      className={props.dragged ? 'ap-member ap-member-dragged' : 'ap-member'}
      data-testid="field-member"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        props.onDrop();
      }}
    >
      <button
        type="button"
        className="ap-grip"
        draggable
        aria-label={`Move ${name}: arrow keys`}
        onDragStart={(event) => {
          event.dataTransfer.setData('text/plain', name);
          props.onDragStart();
        }}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
          if (by === 0) return;
          event.preventDefault();
          props.onMove(by);
        }}
      >
        <IconGripVertical size={15} stroke={1.6} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="ap-swatch-button"
        aria-label={`Next colour for ${name}`}
        onClick={() => props.onColor((member.color % FIELD_MEMBERS_MAX) + 1)}
      >
        <span className={`ap-swatch ap-back-${member.color}`} />
      </button>
      <div className="ap-grow">
        <div className="ap-member-name">
          <strong>
            <bdi>{name}</bdi>
          </strong>
          <span data-testid="member-count">{count === undefined ? '' : wholeNumber(count)}</span>
        </div>
        <QueryText query={member.query} />
      </div>
      <button
        type="button"
        className="ap-grip"
        aria-label={`Remove ${name}`}
        onClick={props.onRemove}
      >
        <IconX size={15} stroke={1.6} aria-hidden="true" />
      </button>
    </li>
  );
}
