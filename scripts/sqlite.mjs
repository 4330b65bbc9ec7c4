// The tests of the SQLite compiler run on better-sqlite3, whose binding is compiled code. No dependency runs code when it
// is installed, so `npm test` makes the binding here, once; `node scripts/sqlite.mjs` does so too, and fails without it.
import { endWith, node, run, seconds } from './steps.mjs'
import { inRoot, isMain } from './workspace.mjs'

const folder = inRoot('packages', 'filters')

/** Makes the binding, if it cannot be loaded. False where it cannot be made: the tests then say that they are skipped. */
export async function buildSqlite() {
  if (await loads()) return true
  const start = performance.now()
  console.log(
    'Building the binding of better-sqlite3 (once; half a minute if it has to be compiled) …',
  )
  const { output } = await run('npm', ['run', 'install'], {
    cwd: inRoot('packages', 'filters', 'node_modules', 'better-sqlite3'),
    // Optimised, SQLite takes three times as long to compile; the tests do not need that.
    env: { CFLAGS: '-O0', CXXFLAGS: '-O0', JOBS: 'max' },
  })
  if (await loads()) {
    console.log(`Done in ${seconds(start)}.`)
    return true
  }
  console.error(`${output.trimEnd()}\nThe binding of better-sqlite3 could not be built.`)
  return false
}

async function loads() {
  const { code } = await node(['-e', "new (require('better-sqlite3'))(':memory:')"], {
    cwd: folder,
  })
  return code === 0
}

if (isMain(import.meta.url)) {
  const built = await buildSqlite().catch(endWith)
  if (!built) process.exit(1)
}
