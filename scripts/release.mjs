// `npm run release`: checks, then publishes every public package whose version is not out yet, and tags it.
// `changeset publish` calls the pnpm that it finds on the PATH (npm would publish `workspace:^` as it stands), and
// npx puts the pinned one there.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { check } from './check.mjs'
import { setup } from './setup.mjs'
import { endWith, run } from './steps.mjs'
import { pnpmSpec, tool } from './workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'countersign-release-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
try {
  await setup()
  await check(folder)
  const publish = ['node', tool('@changesets/cli', 'changeset'), 'publish']
  const { code } = await run('npx', ['-y', '-p', pnpmSpec(), ...publish], { show: true })
  process.exit(code)
} catch (error) {
  endWith(error)
}
