import { Popover } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { IconLayoutGridAdd } from '../../components/icons.ts';
import type { SearchAddress } from '../../state/address.ts';

const PinForm = lazy(async () => ({ default: (await import('./pin-form.tsx')).PinForm }));

/** Puts this search on a dashboard. */
export function PinMenu(props: { readonly address: SearchAddress }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus>
      <Popover.Target>
        <button
          type="button"
          className="ap-text-button"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          <IconLayoutGridAdd size={16} stroke={1.6} aria-hidden="true" />
          Pin
        </button>
      </Popover.Target>
      <Popover.Dropdown className="ap-menu ap-pin">
        <Suspense fallback={<p className="ap-menu-empty">Loading…</p>}>
          <PinForm address={props.address} onDone={() => setOpened(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
