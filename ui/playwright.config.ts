import { defineConfig } from '@playwright/test';

// Debian's Chromium; without the flags it asks the network for updates.
const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  workers: 2,
  // On a busy machine a key may come before the page listens: what fails once is tried again, and the report says so.
  retries: 2,
  // A machine that builds beside the tests is slow; nothing here measures time.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://localhost:${process.env.PORT ?? 4173}`,
    browserName: 'chromium',
    launchOptions,
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  },
  webServer: {
    command: `npm run build:fake && npx vite preview --mode fake --outDir dist-fake --port ${process.env.PORT ?? 4173} --strictPort`,
    url: `http://localhost:${process.env.PORT ?? 4173}`,
    reuseExistingServer: true,
    timeout: 120_000,
  },
});
