// The recipes in other languages against the shared vector, each where its runtime is.
import { createAuthenticator, searchIntegration, supportWidget } from '@countersign/core'
import { createSigner } from '@countersign/signer'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { apiKey, docs, privateKey } from './customer.ts'

interface Vector {
  readonly tenantId: string
  readonly secret: string
  readonly user: { id: string; email: string; roles: string[]; plan: string }
  readonly now: number
  readonly token: string
}

const path = (name: string): string =>
  fileURLToPath(new URL(`../src/recipes/${name}`, import.meta.url))
const vector = JSON.parse(readFileSync(path('vector.json'), 'utf8')) as Vector
const now = (): number => vector.now * 1000

const folder = mkdtempSync(join(tmpdir(), 'countersign-recipes-'))
afterAll(() => rmSync(folder, { recursive: true }))
const keyFile = join(folder, 'private_key.pem')
writeFileSync(keyFile, privateKey)

const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0
// Debian's own Python has its packages; another may stand before it on the PATH.
const python = (module: string): string | undefined =>
  ['python3', '/usr/bin/python3'].find((command) => works(command, '-c', `import ${module}`))

interface Recipe {
  readonly language: string
  /** The command and its arguments; `undefined` where the runtime is not there. */
  readonly command: readonly string[] | undefined
}

const pyjwt = python('jwt, cryptography')
const recipes: readonly Recipe[] = [
  { language: 'Python', command: pyjwt === undefined ? undefined : [pyjwt, path('sign.py')] },
  { language: 'PHP', command: works('php', '-v') ? ['php', path('sign.php')] : undefined },
  { language: 'Ruby', command: works('ruby', '-v') ? ['ruby', path('sign.rb')] : undefined },
  { language: 'Go', command: works('go', 'version') ? ['go', 'run', path('sign.go')] : undefined },
  {
    language: 'Java',
    command: works('java', '-version')
      ? ['java', '-XX:TieredStopAtLevel=1', path('Sign.java')]
      : undefined,
  },
]
const missing = recipes.filter(({ command }) => command === undefined)
if (missing.length > 0)
  process.stderr.write(
    `recipes: not run here, for want of their runtime: ${missing.map(({ language }) => language).join(', ')}\n`,
  )

const { tenantId, secret, user, token: expected } = vector
const filters = {
  attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
}
const userAttributes = { note: 'é "\\ 🔒\n', userId: 'usr_42' }

const payloadOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe.each(recipes)('$language', ({ language, command }) => {
  const title = command === undefined ? ` (skipped: no ${language} here)` : ''

  it.skipIf(command === undefined)(
    `writes the token of the vector, and one for search that a gateway accepts${title}`,
    async () => {
      const [program = '', ...args] = command ?? []
      const { stdout, stderr } = spawnSync(
        program,
        [...args, secret, keyFile, String(vector.now)],
        {
          encoding: 'utf8',
          // Java's class cache and Go's build cache have a home of their own.
          env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
        },
      )
      const [support = '', search = ''] = stdout.trim().split('\n')
      const faults = support === expected ? '' : stderr
      expect([support, faults]).toEqual([expected, ''])

      const { verify } = createAuthenticator({ profile: searchIntegration(), tenants: [docs], now })
      expect(await verify(search, { apiKey })).toMatchObject({
        userId: 'usr_42',
        filters,
        userAttributes,
        issuedAt: vector.now,
        expiresAt: vector.now + 86_400,
      })
      const signer = createSigner({
        profile: 'search-integration',
        integrationId: 'int_docs',
        issuer: 'https://auth.mydomain.com',
        privateKey,
        now,
      })
      expect(payloadOf(search)).toEqual(payloadOf(await signer.sign({ filters, userAttributes })))
    },
  )
})

it('the signer writes the token of the vector, and a gateway accepts it', async () => {
  const signer = createSigner({ profile: 'support-widget', tenantId, secret, now })
  const { id: userId, email: userEmail, roles: userRoles, plan } = user
  expect(await signer.sign({ userId, userEmail, userRoles, plan })).toBe(expected)
  const tenants = [{ id: tenantId, keys: [{ alg: 'HS256' as const, secret }] }]
  const { verify } = createAuthenticator({ profile: supportWidget(), tenants, now })
  expect(await verify(expected)).toMatchObject({ userId, userEmail, userRoles, plan })
})
