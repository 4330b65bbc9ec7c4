import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))

function run(args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder, // tsx takes the tsconfig.json of the current folder
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}

it('checks itself and ends with 0', () => {
  const flags = ['--conditions=@countersign/source', '--import', import.meta.resolve('tsx')]
  const { status, output } = run([...flags, 'src/main.mts', '--once'])
  expect(output.trim().split('\n')).toEqual([
    '201 {"user":"123456789","filters":{"attributes":{"env":"dev"}}}',
    '403 tenant_mismatch',
    '401 token_missing',
    '401 token_rejected',
    '401 api_key_rejected',
  ])
  expect(status).toBe(0)
})

it('compiles', () => {
  const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
    /package\.json$/,
    'bin/tsc',
  )
  expect(run([tsc, '-p', '.'])).toEqual({ status: 0, output: '' })
})
