import { createMemoryBus } from '@apiary/common/testing/memory-bus.ts';
import { describeLetters } from './letters.contract.ts';

describeLetters('a bus in memory', async () => createMemoryBus().bus);
