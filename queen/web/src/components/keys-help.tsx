import { Modal } from '@mantine/core';

const KEYS = [
  ['/', 'The query'],
  ['Enter', 'Run the query, open a line'],
  ['Esc', 'Close, leave'],
  ['j k ↓ ↑', 'Next, previous line'],
  ['.', 'Newest, live'],
  ['l', 'Live on or off'],
  ['t', 'Time range'],
  ['f  Shift f', 'Only, without the focused value'],
  ['c  Shift c', 'Copy the line, its link'],
  ['w', 'Wrap'],
  ['g s  g a', 'Go to Search, Agents'],
  ['Ctrl z', 'Undo'],
  ['?', 'All keys'],
] as const;

/** The table of keys. */
export function KeysHelp(props: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Keys"
      size="sm"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
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
    </Modal>
  );
}
