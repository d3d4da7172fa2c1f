import { useEffect, useRef } from 'react';
import { IconX } from './icons.ts';

const KEYS = [
  ['/', 'The query'],
  ['Enter', 'Run the query, open a line'],
  ['Esc', 'Close, leave'],
  ['j k ↓ ↑', 'Next, previous line'],
  ['.', 'Newest, live'],
  ['l', 'Live on or off'],
  ['t', 'Time range'],
  ['f  Shift f', 'Only, without the focused value'],
  ['p', 'Lines of the same pattern'],
  ['c  Shift c', 'Copy the line, its link'],
  ['w', 'Wrap'],
  ['1 2 3', 'Lines, Patterns, Fields'],
  ['[', 'Filters'],
  ['g h  g s', 'Go to Home, Search'],
  ['g a  g l', 'Go to Agents, Alerts'],
  ['g d', 'Go to Dashboards'],
  ['Ctrl k', 'Find anything'],
  ['Ctrl z', 'Undo'],
  ['?', 'All keys'],
] as const;

/** The table of keys, in a dialog of the browser's own. */
export function KeysHelp(props: { readonly opened: boolean; readonly onClose: () => void }) {
  const { opened, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (opened && !dialog.current?.open) dialog.current?.showModal();
  }, [opened]);
  return (
    <dialog ref={dialog} className="ap-keys-dialog" aria-labelledby="keys-title" onClose={onClose}>
      <div className="ap-keys-head">
        <h2 id="keys-title">Keys</h2>
        <button
          type="button"
          className="ap-text-button"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <IconX size={16} stroke={1.6} aria-hidden="true" />
        </button>
      </div>
      <table className="ap-keys">
        <tbody>
          {KEYS.map(([keys, does]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </dialog>
  );
}
