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
    // Vitest leaves one core to its watcher, which a run does not have; on two cores that is half of them.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['client', 'core', 'filters', 'signer'].map((name) => `packages/${name}/src/**`),
      thresholds: { lines: 95, branches: 95 },
    },
  },
})
