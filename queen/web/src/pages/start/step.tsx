import type { ReactNode } from 'react';
import { IconCheck } from '../../components/icons.ts';

/** One step of the first run: its number until it is done, then a tick. */
export function Step(props: {
  readonly number: number;
  readonly title: string;
  readonly done: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className={props.done ? 'ap-step ap-step-done' : 'ap-step'}>
      <span className="ap-step-sign" aria-hidden="true">
        {props.done ? <IconCheck size={15} /> : props.number}
      </span>
      <h3>
        {props.title}
        {props.done ? <span className="ap-hidden">, done</span> : null}
      </h3>
      {props.children}
    </li>
  );
}
