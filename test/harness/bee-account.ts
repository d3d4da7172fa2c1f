import { BEE_PERMISSIONS } from '@apiary/common/bus/topology.ts';

/** The broker account of Bees, with the rights that it has in service. */
export const BEE_ACCOUNT = { name: 'bee', password: 'bee', permissions: BEE_PERMISSIONS } as const;
