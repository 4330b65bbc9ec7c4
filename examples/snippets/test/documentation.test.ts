// What the READMEs and guides show is code that is compiled and run here. `UPDATE=1` writes it into them.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuthError, toProblem, type AuthErrorCode } from '@countersign/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { regionOf } from './region.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = [
  'README.md',
  ...['client', 'core', 'express', 'fastify', 'koa', 'signer'].map(
    (name) => `packages/${name}/README.md`,
  ),
  ...readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`),
]

const openssl = spawnSync('openssl', ['version']).status === 0
if (!openssl) process.stderr.write('documentation: no openssl here, so its commands are not run\n')

const curl = spawnSync('curl', ['--version']).status === 0

// A line that says where the code comes from, then the code.
const BLOCK = /(?:<!-- ([^\n]*) -->\n+)?```(\w+)\n(.*?)```/gs

describe.each(pages)('%s', (page) => {
  it('shows code that is compiled and run', () => {
    const text = read(page)
    const current = text.replaceAll(
      BLOCK,
      (block, source: string | undefined, language: string) => {
        if (language === 'sh' || language === 'text') return block
        if (source === undefined) throw new Error(`this code has no source:\n${block}`)
        const [path = '', region] = source.split('#')
        return `<!-- ${source} -->\n\n\`\`\`${language}\n${regionOf(read(path), region)}\n\`\`\``
      },
    )
    if (process.env['UPDATE'] === '1') writeFileSync(join(root, page), current)
    else expect(text).toBe(current)
  })

  it.skipIf(!openssl)('shows commands that work', () => {
    for (const [, mark, , script = ''] of read(page).matchAll(BLOCK)) {
      if (mark !== 'run in a new folder') continue
      const folder = mkdtempSync(join(tmpdir(), 'countersign-documentation-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const { status, stderr } = spawnSync('sh', ['-euc', script], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect({ script, status, stderr: status === 0 ? '' : stderr }).toMatchObject({ status: 0 })
    }
  })
})

const more = [
  ...['ARCHITECTURE', 'CONTRIBUTING', 'SECURITY', 'docs/errors', 'docs/laws'].map(
    (name) => `${name}.md`,
  ),
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
]

describe.each([...pages, ...more])('%s', (page) => {
  it('links to what there is', () => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) =>
      link.replace(/^https:\/\/github\.com\/countersign\/countersign\/(?:blob|tree)\/main\//, '/'),
    )
    const missing = links
      .filter((link) => !/^(?:https?:|#)/.test(link))
      .map((link) => link.replace(/#.*$/, ''))
      .filter((link) => !existsSync(join(root, link.startsWith('/') ? '' : dirname(page), link)))
    expect(missing).toEqual([])
  })
})

describe('README.md', () => {
  const tried = /<!-- run beside (\S+)#(\w+) -->\n+```sh\n(.*?)```/s.exec(read('README.md'))

  it.skipIf(!openssl || !curl)('shows commands to try its first service with', async () => {
    const [, path = '', region, script = ''] = tried ?? []
    const folder = mkdtempSync(join(tmpdir(), 'countersign-try-it-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // Where the reader ran `npm install`.
    symlinkSync(join(root, 'examples/snippets/node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, 'service.mjs'), `${regionOf(read(path), region)}\n`)

    const lines = script.replace(/^npm install .*\n/, '').replaceAll('3000', await freePort())
    const conditions = `--conditions=@countersign/source --import ${import.meta.resolve('tsx')}`
    const { stdout, stderr } = spawnSync('sh', ['-euc', `trap 'kill $! || :' EXIT\n${lines}`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: conditions },
    })
    const [, shown] = /^# (\{.*)$/m.exec(script) ?? []
    expect({ stdout, stderr: stdout === shown ? '' : stderr }).toEqual({
      stdout: shown,
      stderr: '',
    })
  })

  it('starts with the two commands', () => {
    const [, , , first, second] = read('README.md').split('\n')
    expect(first).toMatch(/^npm start\b/)
    expect(second).toMatch(/^npm test\b/)
  })

  it('shows a refusal as it is sent', () => {
    const shown = JSON.parse(read('examples/snippets/src/problem.json')) as object
    expect(JSON.parse(toProblem(new AuthError('token_expired')).body)).toEqual(shown)
  })

  it('lists every code with its status and action', () => {
    const rows = [...read('README.md').matchAll(/^\| `(\w+)` +\| (\d{3}) +\| (\w+)/gm)]
    const codes = rows.map(([, code]) => code)
    for (const [, code, status, action] of rows) {
      const error = new AuthError(code as AuthErrorCode)
      expect([code, status, action]).toEqual([code, String(error.status), error.action])
    }
    expect(codes).toHaveLength(19)
    expect(new Set(codes).size).toBe(19)
  })
})

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}
