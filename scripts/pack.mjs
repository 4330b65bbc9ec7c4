// Builds the public packages and packs them as they would be published: `node scripts/pack.mjs <folder>`.
// `pnpm pack` and not `npm pack`: only pnpm applies publishConfig.exports (which drops the condition that points at
// the sources), replaces `workspace:^` and `catalog:` by versions, and adds the workspace's LICENSE to each tarball.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { endWith, node, runOrFail, StepFailed } from './steps.mjs'
import { inRoot, isMain, pnpmSpec, publicPackages, tool } from './workspace.mjs'

/** Compiles the public packages from nothing, so that no output of a deleted source is left over. */
export async function build() {
  for (const { folder } of publicPackages()) {
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
  }
  const args = [tool('typescript', 'tsc'), '-b', inRoot('packages', 'tsconfig.json')]
  const { code, output } = await node(args)
  if (code !== 0) throw new StepFailed(`tsc -b packages failed\n${output}`, code)
}

/** Packs what was built into a folder; returns one path per package, in the order of `publicPackages()`. */
export async function pack(folder = mkdtempSync(join(tmpdir(), 'countersign-pack-'))) {
  mkdirSync(folder, { recursive: true })
  const filters = publicPackages().map(({ manifest }) => `--filter=${manifest.name}`)
  const args = ['-y', pnpmSpec(), ...filters, '-r', 'pack', '--pack-destination', folder]
  await runOrFail('pnpm pack', 'npx', args)
  const packed = new Set(readdirSync(folder))
  return publicPackages().map(({ manifest }) => {
    const name = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
    if (!packed.has(name)) throw new StepFailed(`pnpm pack made no ${name}`, 1)
    return join(folder, name)
  })
}

if (isMain(import.meta.url)) {
  try {
    await build()
    const folder = process.argv[2]
    console.log((await pack(folder && resolve(folder))).join('\n'))
  } catch (error) {
    endWith(error)
  }
}
