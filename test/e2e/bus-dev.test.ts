import { readFileSync } from 'node:fs';
import { describeBus } from '@apiary/common/bus/bus.contract.ts';

const [url = '', beeUrl = ''] = readFileSync('/tmp/dev-rabbit.url', 'utf8').split('\n');
describeBus('dev', async () => ({ url, beeUrl, stop: async () => undefined }));
