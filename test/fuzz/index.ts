import type { AttackKind } from './attack.ts';
import { bodiesAttack } from './bodies.ts';
import { framesAttack } from './frames.ts';
import { httpAttack } from './http.ts';
import { socketsAttack } from './sockets.ts';

/** Every attack by name. */
export const ATTACKS: readonly AttackKind[] = [
  framesAttack,
  bodiesAttack,
  httpAttack,
  socketsAttack,
];
