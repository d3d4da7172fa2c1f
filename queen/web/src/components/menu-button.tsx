/** A button of a toolbar with a panel under it. */
import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';

/** See the file's head. */
export function MenuButton(props: {
  readonly icon: ReactNode;
  readonly label: string;
  /** Of the panel. */
  readonly className: string;
  readonly buttonClass?: string;
  readonly opened: boolean;
  readonly onChange: (opened: boolean) => void;
  readonly children: ReactNode;
}) {
  const { icon, label, className, buttonClass = '', opened, onChange, children } = props;
  return (
    <Popover opened={opened} onChange={onChange} position="bottom-end" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className={`ap-text-button ${buttonClass}`.trim()}
          aria-expanded={opened}
          onClick={() => onChange(!opened)}
        >
          {icon}
          {label}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={`ap-menu ${className}`}>{children}</Popover.Dropdown>
    </Popover>
  );
}
