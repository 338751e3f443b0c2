import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@flowzoo/source'] },
  ssr: { resolve: { conditions: ['@flowzoo/source'] } },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'examples/*/src/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    setupFiles: ['test/setup.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
