import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('takes its tour and ends with 0', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, '--once'], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout.match(/^ {2}\{/gm)).toHaveLength(15)
  expect(stdout).toContain('"filters":{"attributes":{"env":"prod"}}}\n    nothing\n')
  expect(stdout).toMatch(/use SAML\?"\}\}\n {4}404 session_unknown$/m)
}, 180_000)
