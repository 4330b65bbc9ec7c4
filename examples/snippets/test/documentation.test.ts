// What the READMEs and guides show is code that is compiled and run here. `UPDATE=1` writes it into them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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
  ...['core', 'express', 'fastify', 'koa'].map((name) => `packages/${name}/README.md`),
  ...readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`),
]

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

  it('shows commands that work', () => {
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
