import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as express from '../src/express.ts'
import * as fastify from '../src/fastify.ts'
import * as fetch from '../src/fetch.ts'
import * as index from '../src/index.ts'
import * as koa from '../src/koa.ts'

const entries = {
  '@countersign/signer': index,
  '@countersign/signer/express': express,
  '@countersign/signer/fastify': fastify,
  '@countersign/signer/fetch': fetch,
  '@countersign/signer/koa': koa,
}
const specifiers = Object.keys(entries)

/** Runs a program that imports this package by name, as bundlers and browsers resolve it, or as Node does. */
function run(program: string, conditions: readonly string[]): { stdout: string; stderr: string } {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const given = ['@countersign/source', ...conditions].map((name) => `--conditions=${name}`)
  return spawnSync(
    process.execPath,
    ['--import', loader, ...given, '--input-type=module', '-e', program],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  )
}

describe('the public surface', () => {
  test('of @countersign/signer', () => {
    expect(Object.keys(index).toSorted()).toEqual([
      'SignerError',
      'createKeyPair',
      'createSecret',
      'createSigner',
    ])
  })

  test.each(Object.entries(entries).slice(1))('of %s', (_name, module) => {
    expect(Object.keys(module)).toEqual(['tokenEndpoint'])
  })
})

describe('in a browser', () => {
  const each = `
    for (const specifier of ${JSON.stringify(specifiers)})
      await import(specifier).then(() => console.log('loaded'), (error) => console.log(error.message))
  `

  test('no entry loads, and the reason is said', () => {
    const lines = run(each, ['browser']).stdout.trim().split('\n')
    expect(lines).toHaveLength(specifiers.length)
    for (const line of lines)
      expect(line).toMatch(
        /^@countersign\/signer signs with a secret .* does not load in a browser/,
      )
  })

  test('an import of any name fails with the reason, and not for want of an export', () => {
    const imports = Object.entries(entries).map(([specifier, module], entry) => {
      const names = Object.keys(module).map((name) => `${name} as ${name}${entry}`)
      return `import { ${names.join(', ')} } from '${specifier}'`
    })
    const { stderr } = run(imports.join('\n'), ['browser'])
    expect(stderr).toContain('does not load in a browser')
    expect(stderr).not.toContain('SyntaxError')
  })

  test('in Node every entry loads', () => {
    expect(run(each, []).stdout).toBe('loaded\n'.repeat(specifiers.length))
  })
})
