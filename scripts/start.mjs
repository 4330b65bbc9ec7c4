// `npm start`: the support widget in the browser, on the sources. `npm start -- --once`: the tour of the example gateway in
// the terminal. Other arguments are passed on, and refused there.
import { setup } from './setup.mjs'
import { endWith, node } from './steps.mjs'
import { inRoot } from './workspace.mjs'

// A signal to npm reaches the shell between npm and this process, which dies of it and passes nothing on. Without this,
// the servers would keep their ports after `npm start` is gone.
if (process.env.npm_lifecycle_event === 'start') {
  const shell = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250).unref()
}

try {
  await setup()
  const example = process.argv.includes('--once') ? 'gateway' : 'support-widget'
  const main = inRoot('examples', example, 'src', 'main.ts')
  const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]
  const { code } = await node([...flags, main, ...process.argv.slice(2)], { show: true })
  process.exit(code)
} catch (error) {
  endWith(error)
}
