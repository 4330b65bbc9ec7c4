// `npm run test:matrix`: the test suite on every Node line that is supported; `-- --only 22,24` for some of them.
// Each Node comes from npm, so nothing has to be installed beforehand.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { setup } from './setup.mjs'
import { endWith, report, run, runOrFail, seconds, StepFailed } from './steps.mjs'
import { tool } from './workspace.mjs'

const supported = ['20', '22', '24', '26']

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = values.only?.split(',') ?? supported

async function suiteOn(major, folder) {
  const start = performance.now()
  const command = ['-y', '-p', `node@${major}`, 'node']
  const version = (await runOrFail(`node@${major}`, 'npx', [...command, '-p', 'process.version']))
    .split('\n')
    .find((text) => text.startsWith('v'))
  console.log(`\n── Node ${version}`)
  const file = join(folder, `${major}.json`)
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
  const { code } = await run('npx', [...command, tool('vitest'), 'run', ...reporters], {
    show: true,
  })
  return { version, code, counts: countsIn(file), time: seconds(start) }
}

function countsIn(file) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'))
    return `${numPassedTests} passed, ${numFailedTests} failed`
  } catch {
    return 'did not run'
  }
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-matrix-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
try {
  const unknown = chosen.filter((major) => !supported.includes(major))
  if (unknown.length > 0)
    throw new StepFailed(`Not one of ${supported.join(', ')}: ${unknown.join(', ')}`, 1)
  await setup()
  const rows = []
  for (const major of chosen) rows.push(await suiteOn(major, folder))
  console.log()
  for (const { version, code, counts, time } of rows) {
    report(code === 0 ? 'ok' : 'FAIL', `${version.padEnd(9)} ${counts}`, time)
  }
  if (rows.some(({ code }) => code !== 0)) process.exit(1)
} catch (error) {
  endWith(error)
}
