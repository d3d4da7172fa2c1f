import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The server answers with `dist/index.html` in which it replaces the literal `__CSP_NONCE__`; Vite
 * writes it into the `csp-nonce` meta element and onto every script and style it adds.
 */
export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // See `src/zod-without-eval.ts`.
        codeSplitting: { groups: [{ name: 'zod', test: /node_modules\/zod\/|zod-without-eval/ }] },
      },
    },
  },
});
