/** Apiary's version: what Bees and Queen tell, also from a bundle that has no package.json beside it. */
export const VERSION = '0.1.0';
