import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The studio's page, for `dist/studio/page`: everything in files of its own, because the server's policy allows no inline script or style. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../../dist/studio/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    // Small files would become data: URLs, and the server's policy refuses those.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
