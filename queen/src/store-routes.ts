/** Routes of what is stored and how long it stays: a part of Queen's table. honeycomb answers. */
import {
  checkPartSchema,
  deletionPartSchema,
  storeActions,
} from '@apiary/common/messages/actions/store.ts';
import { bare, route } from './route.ts';

const { readRetention, setRetention, previewRetention, sizes, check } = storeActions;
const { countLines, deleteLines } = storeActions;

/** See the file's head. */
export const STORE_ROUTES = {
  readRetention: route('get', '/api/store/retention', {
    ...bare,
    access: readRetention.role,
    summary: 'Tells how long each retention class keeps what is stored, and what it holds now',
    response: readRetention.response,
  }),
  setRetention: route('post', '/api/store/retention', {
    ...bare,
    access: setRetention.role,
    summary: 'Replaces all retention classes; what is past its time goes at once',
    body: setRetention.request,
    response: setRetention.response,
  }),
  previewRetention: route('post', '/api/store/retention/preview', {
    ...bare,
    access: previewRetention.role,
    scope: 'store:read',
    summary: 'Tells what would go at once if the retention classes were these; changes nothing',
    body: previewRetention.request,
    response: previewRetention.response,
  }),
  readSizes: route('get', '/api/store/sizes', {
    ...bare,
    access: sizes.role,
    summary: 'Tells what the store takes on disk, by day of arrival and class',
    response: sizes.response,
  }),
  checkStore: route('post', '/api/store/check', {
    ...bare,
    access: check.role,
    scope: 'store:read',
    summary: 'Reads every sealed chunk and tells which are damaged',
    response: checkPartSchema,
  }),
  countLines: route('post', '/api/store/count', {
    ...bare,
    access: countLines.role,
    scope: 'store:read',
    summary: 'Counts the lines that a deletion would take now, up to a commit that it can be given',
    body: countLines.request,
    response: countLines.response,
  }),
  deleteLines: route('post', '/api/store/delete', {
    ...bare,
    access: deleteLines.role,
    summary:
      'Deletes lines for good; goes on though nobody waits. The audit log keeps the reason, never the query',
    body: deleteLines.request,
    response: deletionPartSchema,
    line: deletionPartSchema,
  }),
} as const;
