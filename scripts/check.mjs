// `npm run check`: everything that can be said without running a test. Steps that do not need each other overlap;
// a step's output is shown only if it fails.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build, pack } from './pack.mjs'
import { endWith, node, report, seconds, StepFailed } from './steps.mjs'
import { isMain, publicPackages, tool } from './workspace.mjs'

/**
 * Checks the workspace; `folder` receives the tarballs of the public packages. Throws if any step failed.
 * `only: 'packages'` leaves out what reads the sources alone.
 */
export async function check(folder, { only } = {}) {
  const failures = []

  /** Runs one step; false if it failed. What depends on a step asks for its answer first. */
  async function step(name, work) {
    const start = performance.now()
    try {
      await work()
      report('ok', name, seconds(start))
      return true
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error
      report('FAIL', name, seconds(start))
      failures.push(error)
      return false
    }
  }

  async function sources() {
    await step('format (prettier)', () => quiet(tool('prettier'), '--check', '.'))
    await step('lint (oxlint)', () => quiet(tool('oxlint'), '--type-aware', '--deny-warnings'))
    await step('unused (knip)', () => quiet(tool('knip')))
  }

  async function packages() {
    if (!(await step('build (tsc)', build))) return
    await step('types of tests (tsc)', () => quiet(tool('typescript', 'tsc'), '-b'))
    let tarballs = []
    const packed = await step('pack (pnpm)', async () => {
      tarballs = await pack(folder)
    })
    if (!packed) return
    for (const [index, { manifest }] of publicPackages().entries()) {
      await step(`publint ${manifest.name}`, () => publint(tarballs[index]))
      await step(`attw ${manifest.name}`, () => attw(tarballs[index]))
    }
  }

  await Promise.all(only === 'packages' ? [packages()] : [sources(), packages()])
  if (failures.length === 0) return
  const texts = failures.map(({ message }) => message.trimEnd()).join('\n\n')
  throw new StepFailed(`\n${texts}`, failures[0].exitCode)
}

async function quiet(script, ...args) {
  const { code, output } = await node([script, ...args])
  if (code !== 0) throw new StepFailed(`${args.join(' ')}\n${output}`, code)
}

const publint = (tarball) => quiet(tool('publint'), 'run', '--strict', tarball)

// The packages are ESM only: `esm-only` leaves out what CommonJS resolution without require(esm) would say. What
// require() really does is run by tests/packaging. attw brings its own TypeScript.
const attw = (tarball) =>
  quiet(tool('@arethetypeswrong/cli', 'attw'), '--profile', 'esm-only', '--no-color', tarball)

if (isMain(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-check-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const only = process.argv.includes('--packages') ? 'packages' : undefined
  await check(folder, { only }).catch(endWith)
}
