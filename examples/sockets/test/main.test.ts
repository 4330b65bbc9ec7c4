import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('checks itself and ends with 0', () => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, main, '--once'], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(8)
  expect(stdout).toMatch(/^five tokens on +1 socket$/m)
  expect(stdout).toMatch(/^the user is revoked: socket +4401 token_revoked$/m)
})
