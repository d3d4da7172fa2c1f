import type { LogRecord } from '@apiary/common/record.ts';
import { useMemo } from 'react';
import { IconMinus, IconPlus } from '../components/icons.ts';
import { safeText } from './display.ts';
import { type FieldNode, fieldTree } from './field-tree.ts';

type Filter = (field: string, value: string, negated: boolean) => void;
const VALUE_CHARACTERS_MAX = 1_000;

/** The fields of a line, JSON objects as a tree that folds; each value only, or left out, at a click. */
export function Fields(props: { readonly record: LogRecord; readonly onFilter: Filter }) {
  const tree = useMemo(() => fieldTree(props.record), [props.record]);
  return (
    <div className="ap-fields">
      <Members nodes={tree} onFilter={props.onFilter} />
    </div>
  );
}

function Members(props: { readonly nodes: readonly FieldNode[]; readonly onFilter: Filter }) {
  const { nodes, onFilter } = props;
  return (
    <>
      <dl>
        {nodes.map((node, index) =>
          node.kind === 'field' ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: a name may come more than once
            <FieldLine key={index} node={node} onFilter={onFilter} />
          ) : null,
        )}
      </dl>
      {nodes.map((node) =>
        node.kind === 'object' ? (
          <details key={node.name} className="ap-field-object" open>
            <summary>
              <bdi>{safeText(node.name)}</bdi>
            </summary>
            <Members nodes={node.members} onFilter={onFilter} />
          </details>
        ) : null,
      )}
    </>
  );
}

function FieldLine(props: {
  readonly node: Extract<FieldNode, { kind: 'field' }>;
  readonly onFilter: Filter;
}) {
  const { onFilter } = props;
  const { name, field, value } = props.node;
  const shown = safeText(value.slice(0, VALUE_CHARACTERS_MAX));
  const spoken = safeText(`${name} ${value.slice(0, 60)}`);
  return (
    <div className="ap-field" data-field={field} data-value={value}>
      <dt>
        <bdi>{safeText(name)}</bdi>
      </dt>
      <dd>
        <bdi title={shown}>{shown}</bdi>
        <button
          type="button"
          aria-label={`Only ${spoken}`}
          onClick={() => onFilter(field, value, false)}
        >
          <IconPlus size={15} stroke={1.6} aria-hidden="true" />
        </button>
        <button
          type="button"
          aria-label={`Without ${spoken}`}
          onClick={() => onFilter(field, value, true)}
        >
          <IconMinus size={15} stroke={1.6} aria-hidden="true" />
        </button>
      </dd>
    </div>
  );
}
