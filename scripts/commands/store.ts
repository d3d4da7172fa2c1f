/** `./apiary store …`: what is stored, how long it stays, and deleting it. */
import { verbCommand } from '../verbs.ts';
import { check } from './store/check.ts';
import { deleteLines } from './store/delete.ts';
import { retention } from './store/retention.ts';
import { shape } from './store/shape.ts';
import { stats } from './store/stats.ts';

/** Runs one verb. */
export const run = verbCommand({
  name: 'store',
  usage: [
    './apiary store stats',
    './apiary store check',
    "./apiary store delete '<query>' [--from TIME] [--to TIME] [--dry-run] [--yes] [--reason TEXT]",
    './apiary store retention [list]',
    './apiary store retention set NAME [--tags a,b] [--days N|forever] [--size 50G|any]',
    './apiary store retention remove NAME',
  ],
  shape,
  verbs: { stats, check, delete: deleteLines, retention },
});
