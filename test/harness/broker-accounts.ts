/** The broker's accounts, with the rights that they have in service. */
import { BEE_PERMISSIONS, HIVE_PERMISSIONS } from '@apiary/common/bus/topology.ts';

/** The one of all Bees. */
export const BEE_ACCOUNT = { name: 'bee', password: 'bee', permissions: BEE_PERMISSIONS } as const;

/** The one of the Hive's components. */
export const HIVE_ACCOUNT = {
  name: 'hive',
  password: 'hive',
  permissions: HIVE_PERMISSIONS,
} as const;
