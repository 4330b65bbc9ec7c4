import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCustomers } from '../src/customers.ts'
import { listen } from '../src/listen.ts'
import { painter } from '../src/table.ts'
import { tour } from '../src/tour.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]

function start(args: readonly string[], port: string): ChildProcess {
  const child = spawn(process.execPath, [...flags, main, ...args], {
    env: { ...process.env, PORT: port },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** What a process says, until it says this or ends. */
async function outputOf(child: ChildProcess, until?: string): Promise<string> {
  let text = ''
  const ended = once(child, 'close')
  const said = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (until !== undefined && text.includes(until)) resolve()
      })
  })
  await Promise.race([ended, said])
  return text
}

describe('npm start -- --once', () => {
  it('runs through the tour, without colours and in 100 columns, and ends with 0', async () => {
    const child = start(['--once'], '0')
    const text = await outputOf(child)
    expect(text).toContain('All 32 requests came out as expected.')
    expect(child.exitCode).toBe(0)
    expect(text).toMatch(/no signature, "alg": "none" +401 +token_rejected +refresh\n/)
    expect(text).toMatch(
      /env "prod", signed is "dev" +200\n.*123456789\n.*\n +dropped: env = prod\n/,
    )
    expect(text).not.toContain('\u001B')
    expect(text).not.toContain('✗')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('refuses an argument that it does not know', async () => {
    const child = start(['--onec'], '0')
    expect(await outputOf(child)).toContain('npm start [-- --once]')
    expect(child.exitCode).toBe(2)
  })
})

describe('npm start', () => {
  it('takes a free port where its own is taken, serves what it invites to, and ends on SIGTERM', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    await once(other, 'listening')
    const taken = String((other.address() as AddressInfo).port)

    const child = start([], taken)
    const text = await outputOf(child, 'Ctrl+C ends it.')
    expect(text).toContain(`Port ${taken} is taken`)

    // The lines to try are run as they are printed.
    const script = text
      .slice(text.indexOf('SUPPORT_TOKEN='), text.indexOf('The tenants are in'))
      .replaceAll(/^[A-Z][a-z].*$/gm, 'echo')
    const tried = spawnSync('sh', ['-ec', script], { encoding: 'utf8' })
    const answers = tried.stdout
      .split(/\n|(?<=\})(?=\{)/)
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(tried.stderr).toBe('')
    expect(answers).toMatchObject([
      { tenantId: 'ten_acme', userId: 'usr_42', userRoles: ['user'], plan: 'pro' },
      { status: 401, code: 'token_rejected' },
      { status: 403, code: 'insufficient_role' },
      { userId: '123456789', found: ['Deploy a preview', 'Seed a database'] },
      { status: 403, code: 'tenant_mismatch' },
    ])

    const files = text.match(/^ {2}\/.*\.json$/gm)?.map((path) => path.trim()) ?? []
    expect(files.map((path) => existsSync(path))).toEqual([true, true])
    child.kill('SIGTERM')
    await once(child, 'close')
    expect(child.exitCode).toBe(0)
    expect(files.map((path) => existsSync(path))).toEqual([false, false])
  })
})

describe('the tour', () => {
  it('has colours on a terminal, unless NO_COLOR is set, and nowhere else', () => {
    vi.stubEnv('NO_COLOR', undefined)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(painter({ isTTY: true })('green', 'ok')).toBe('\u001B[32mok\u001B[0m')
    expect(painter({ isTTY: false })('green', 'ok')).toBe('ok')
    vi.stubEnv('NO_COLOR', '1')
    expect(painter({ isTTY: true })('green', 'ok')).toBe('ok')
  })

  it('fails a gateway that lets everything in', async () => {
    const open = express()
    open.use((_req, res) => void res.json({}))
    const { url, close } = await listen(open, '0')
    onTestFinished(close)
    const printed: string[] = []
    const passed = await tour({
      url,
      customers: createCustomers(),
      takeSightings: () => [],
      paint: painter(process.stdout),
      print: (text) => void printed.push(text),
    })
    expect(passed).toBe(false)
    expect(printed.at(-1)).toContain('32 of 32 requests did not come out as expected.')
  })
})
