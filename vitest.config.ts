import { defineConfig } from 'vitest/config'

// Tests run on the sources, without a build: only this condition, since naming `import` as well breaks Express.
const conditions = ['@countersign/source']

// Most files change nothing that another one could see, and share what they import: to import it anew for each of them takes
// a third of the time of all tests.
const together = ['packages/{core,filters,signer}/test/**/*.test.ts']
// These have fake timers, or hooks in a fixture.
const apart = ['packages/core/test/{adapter/**,connections,key-rotation}*.test.ts']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'together', include: together, exclude: apart, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: ['{packages,examples}/*/test/**/*.test.ts'],
          exclude: together,
        },
      },
      { extends: true, test: { name: 'core, apart', include: apart } },
    ],
    // Vitest leaves one core to its watcher, which a run does not have; on two cores that is half of them.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['client', 'core', 'filters', 'signer'].map((name) => `packages/${name}/src/**`),
      thresholds: { lines: 95, branches: 95 },
    },
  },
})
