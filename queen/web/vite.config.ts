import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { colorsCss } from './src/theme/colors-css.ts';

/** What `import 'virtual:colors.css'` stands for. */
const colors: Plugin = {
  name: 'apiary-colors',
  resolveId: (id) => (id === 'virtual:colors.css' ? `\0${id}` : undefined),
  load: (id) => (id === '\0virtual:colors.css' ? colorsCss() : undefined),
};

/**
 * The server answers with `dist/index.html` in which it replaces the literal `__CSP_NONCE__`; Vite
 * writes it into the `csp-nonce` meta element and onto every script and style it adds.
 */
export default defineConfig({
  plugins: [react(), colors],
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
