import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]

function run(...args: readonly string[]): {
  child: ChildProcess
  said: (text: string) => Promise<string>
} {
  const child = spawn(process.execPath, [...flags, main, ...args], {
    env: { ...process.env, PORT: '0' },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const said = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk
          if (output.includes(text)) resolve(output)
        })
      child.once('close', () => reject(new Error(output)))
    })
  return { child, said }
}

it('prints where to look, serves it, and ends on SIGTERM', async () => {
  const { child, said } = run()
  const [, url = ''] = /Open (http:\S+)/.exec(await said('Ctrl+C')) ?? []
  const page = await fetch(url)
  expect(await page.text()).toContain('<h1>Relay support</h1>')
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([0, null])
})

it('refuses an argument', async () => {
  const { child, said } = run('--onec')
  expect(await said('--once is the tour')).toContain('npm start [-- --once]')
  expect(child.exitCode ?? (await once(child, 'close'))[0]).toBe(2)
})
