/**
 * Zod tries out whether it may compile schemas with `new Function`. The page's policy forbids that, and reports each
 * try to whoever listens. It is told here not to try, before the first schema is made: the build keeps this module
 * and Zod in one chunk, which all others come after.
 */
import { z } from 'zod';

z.config({ jitless: true });
