// `npm run bench`: measures what the packages are built into, with plain Node: no loader, no source condition.
import { setup } from '../../scripts/setup.mjs'
import { endWith, node, runOrFail } from '../../scripts/steps.mjs'
import { inRoot, tool } from '../../scripts/workspace.mjs'

try {
  await setup()
  const bench = inRoot('packages', 'bench')
  await runOrFail('The build', process.execPath, [tool('typescript', 'tsc'), '-b', bench])
  const main = inRoot('packages', 'bench', 'dist', 'main.js')
  const { code } = await node([main, ...process.argv.slice(2)], { show: true })
  process.exit(code)
} catch (error) {
  endWith(error)
}
