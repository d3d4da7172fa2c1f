import { lazy, Suspense, useState } from 'react';
import { IconLayoutGridAdd } from '../../components/icons.ts';
import { MenuButton } from '../../components/menu-button.tsx';
import type { SearchAddress } from '../../state/address.ts';

const PinForm = lazy(async () => ({ default: (await import('./pin-form.tsx')).PinForm }));

/** Puts this search on a dashboard. */
export function PinMenu(props: { readonly address: SearchAddress }) {
  const [opened, setOpened] = useState(false);
  return (
    <MenuButton
      icon={<IconLayoutGridAdd size={16} stroke={1.6} aria-hidden="true" />}
      label="Pin"
      className="ap-pin"
      opened={opened}
      onChange={setOpened}
    >
      <Suspense fallback={<p className="ap-menu-empty">Loading…</p>}>
        <PinForm address={props.address} onDone={() => setOpened(false)} />
      </Suspense>
    </MenuButton>
  );
}
