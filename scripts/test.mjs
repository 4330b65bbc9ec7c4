// `npm test`: sets up, checks, runs every test, and uses the packages the way their users will. Stops at the first
// failure. `npm run test:unit` is the quick one while writing.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { setup } from './setup.mjs'
import { buildSqlite } from './sqlite.mjs'
import { endWith, node, report, seconds, StepFailed } from './steps.mjs'
import { inRoot, tool } from './workspace.mjs'

const start = performance.now()
const tarballs = mkdtempSync(join(tmpdir(), 'countersign-test-'))
process.once('exit', () => rmSync(tarballs, { recursive: true, force: true }))

const summary = []
async function part(name, work) {
  console.log(`\n── ${name}`)
  const begun = performance.now()
  await work()
  summary.push([name, seconds(begun)])
}

const results = inRoot('reports', 'tests.json')

async function unitTests() {
  mkdirSync(inRoot('reports'), { recursive: true })
  rmSync(results, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const { code } = await node([tool('vitest'), 'run', ...reporters], { show: true })
  if (code !== 0) throw new StepFailed('A test failed.', code)
}

async function packaging() {
  const args = [inRoot('tests', 'packaging', 'run.mjs'), tarballs]
  const { code } = await node(args, { show: true })
  if (code !== 0) throw new StepFailed('The packages do not work as published.', code)
}

try {
  await part('setup', setup)
  await part('check', async () => {
    const { check } = await import('./check.mjs')
    // A compiler has a use for the moments in which the checks leave a core alone.
    const binding = buildSqlite()
    binding.catch(() => {}) // it is waited for below
    try {
      await check(tarballs)
    } finally {
      await binding
    }
  })
  await part('tests', unitTests)
  await part('packaging', packaging)
} catch (error) {
  endWith(error)
}

const { numPassedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'))
console.log('\n── summary')
for (const [name, time] of summary) report('ok', name, time)
report('ok', 'all', seconds(start))
const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''
console.log(`${numPassedTests} tests passed${skipped}, and the packages work as published.`)
