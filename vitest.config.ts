import { defineConfig } from 'vitest/config'

// Tests run on the sources, without a build: only this condition, since naming `import` as well breaks Express.
const conditions = ['@countersign/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**', 'packages/filters/src/**'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
})
