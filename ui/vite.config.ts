import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// Two builds: the one inside the window, and one with `--mode fake` whose backend is in the page, for tests in a plain browser.
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 5173, strictPort: true },
  build: {
    outDir: mode === 'fake' ? 'dist-fake' : 'dist',
    target: 'safari16',
    // A policy without inline scripts and styles: nothing may be put into the page as a data address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
}));
