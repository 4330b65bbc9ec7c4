// `npm run fuzz`: the differential tests, a million tokens each. RUNS and SEED in the environment change that or repeat it.
import { endWith, node, StepFailed } from './steps.mjs'
import { setup } from './setup.mjs'
import { tool } from './workspace.mjs'

const MILLION = '1000000'

try {
  await setup()
  const env = { RUNS: process.env.RUNS ?? MILLION }
  const args = [tool('vitest'), 'run', 'packages/core/test/differential']
  const { code } = await node(args, { show: true, env })
  if (code !== 0) throw new StepFailed('The engines differ.', code)
} catch (error) {
  endWith(error)
}
