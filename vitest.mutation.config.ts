import { defineConfig } from 'vitest/config'

import base from './vitest.config.ts'

// A mutant lives in a copy of the workspace, and only core's own tests import core's files by their path: those of the
// other packages reach it through node_modules, which leads back to the original. The laws and the documents are left
// out: what only a random run or another program's token would notice is not held by the tests beside it.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    projects: undefined,
    include: ['packages/core/test/**/*.test.ts'],
    exclude: ['packages/core/test/{laws,documents}/**'],
    env: { RUNS: '200' },
  },
})
