import { createHmac } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createAuthenticator, supportWidget, type AuthenticatorOptions } from '../../src/index.ts'
import { CustomerBackend, findPython } from './customer-backend.ts'

// The first document: "The widget uses JWTs signed by your backend".

const SECRET = 'the shared secret, 32 bytes or more ✓'
const user = { id: 'usr_123', email: 'ada@acme.example', roles: ['user', 'admin'], plan: 'pro' }
const backend = new CustomerBackend()
afterAll(() => backend.close())

const python = findPython()
if (python === undefined)
  process.stderr.write('documents: no python3 with PyJWT here, so the Python sample is not run\n')

function gateway(
  options: Partial<AuthenticatorOptions<undefined>> = {},
): ReturnType<typeof createAuthenticator<undefined>> {
  return createAuthenticator({
    profile: supportWidget(),
    tenants: [
      { id: 'ten_acme', keys: [{ alg: 'HS256', secret: SECRET }] },
      { id: 'ten_globex', keys: [{ alg: 'HS256', secret: 'another secret of 32 bytes and more' }] },
    ],
    ...options,
  })
}

const request = (token: string, tenantKey?: string): { headers: Record<string, string> } => ({
  headers: {
    authorization: `Bearer ${token}`,
    ...(tenantKey !== undefined && { 'x-tenant-key': tenantKey }),
  },
})

/** What the first document says of a payload, as the identity that comes of it. */
const expected = {
  kind: 'verified',
  tenantId: 'ten_acme',
  userId: 'usr_123',
  userEmail: 'ada@acme.example',
  userRoles: ['user', 'admin'],
  plan: 'pro',
  userAttributes: {},
}

const signers: readonly (readonly [string, boolean, (tenantId: string) => Promise<string>])[] = [
  [
    'createWidgetToken, signed by jsonwebtoken',
    true,
    (tenantId) => backend.createWidgetToken(user, { tenantId, jwtSecret: SECRET }),
  ],
  [
    `create_widget_token, signed by PyJWT${python === undefined ? ' (skipped: no python3 with PyJWT)' : ''}`,
    python !== undefined,
    (tenantId) =>
      backend.createWidgetTokenInPython(python ?? '', user, {
        tenant_id: tenantId,
        jwt_secret: SECRET,
      }),
  ],
]

describe.each(signers)('%s', (_name, runs, sign) => {
  test.skipIf(!runs)('passes, and the identity says what was signed', async () => {
    const outcome = await gateway().authenticate(request(await sign('ten_acme'), 'ten_acme'))
    if (!outcome.ok) throw outcome.error
    expect(outcome.identity).toMatchObject(expected)
    const { issuedAt = 0, expiresAt = 0, claims } = outcome.identity
    expect(expiresAt - issuedAt).toBeGreaterThanOrEqual(3600)
    expect(expiresAt - issuedAt).toBeLessThanOrEqual(3601)
    expect(Math.abs(Date.now() / 1000 - issuedAt)).toBeLessThan(30)
    expect(claims).toMatchObject({
      tenantId: 'ten_acme',
      userId: 'usr_123',
      iat: issuedAt,
      exp: expiresAt,
    })
  })

  test.skipIf(!runs)('passes without the tenant key header, too', async () => {
    expect((await gateway().authenticate(request(await sign('ten_acme')))).ok).toBe(true)
  })

  test.skipIf(!runs)(
    '"The tenantId in the JWT must match your tenant. Cross-tenant tokens are rejected."',
    async () => {
      const [own, foreign] = await Promise.all([sign('ten_acme'), sign('ten_globex')])
      const hinted = await gateway().authenticate(request(own, 'ten_globex'))
      expect(hinted.ok || [hinted.error.status, hinted.error.code]).toEqual([
        403,
        'tenant_mismatch',
      ])
      const claimed = await gateway().authenticate(request(foreign))
      expect(claimed.ok || [claimed.error.status, claimed.error.code]).toEqual([
        401,
        'token_rejected',
      ])
    },
  )

  test.skipIf(!runs)('"Always use HS256 algorithm. The Gateway rejects others."', async () => {
    const [, payload = ''] = (await sign('ten_acme')).split('.')
    for (const alg of ['none', 'HS384', 'HS512', 'RS256', 'hs256']) {
      const input = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}`
      const hash = alg === 'HS512' ? 'sha512' : alg === 'HS384' ? 'sha384' : 'sha256'
      const mac = createHmac(hash, SECRET).update(input).digest('base64url')
      for (const text of [`${input}.${mac}`, `${input}.`]) {
        const outcome = await gateway().authenticate(request(text))
        expect([alg, outcome.ok || outcome.error.code]).toEqual([alg, 'token_rejected'])
      }
    }
  })

  test.skipIf(!runs)(
    '"Expiration timestamp (recommended: 1 hour)": after an hour and the tolerance it has expired',
    async () => {
      const token = await sign('ten_acme')
      const later = gateway({ now: () => Date.now() + 3_640_000 })
      const outcome = await later.authenticate(request(token))
      expect(outcome.ok || [outcome.error.code, outcome.error.action]).toEqual([
        'token_expired',
        'refresh',
      ])
    },
  )
})

test('createWidgetToken leaves out what a user does not have, and the token passes', async () => {
  const token = await backend.createWidgetToken(
    { id: 'usr_1' },
    { tenantId: 'ten_acme', jwtSecret: SECRET },
  )
  const outcome = await gateway().authenticate(request(token))
  if (!outcome.ok) throw outcome.error
  expect(outcome.identity).toMatchObject({ userId: 'usr_1', userRoles: [] })
  expect(outcome.identity.userEmail).toBeUndefined()
  expect(outcome.identity.plan).toBeUndefined()
})

test.skipIf(python === undefined)(
  `the Python sample looks at the clock twice: exp - iat = 3601 passes${python === undefined ? ' (skipped: no python3 with PyJWT)' : ''}`,
  async () => {
    const token = await backend.createWidgetTokenInPython(
      python ?? '',
      user,
      { tenant_id: 'ten_acme', jwt_secret: SECRET },
      { slow: true },
    )
    const outcome = await gateway().authenticate(request(token))
    if (!outcome.ok) throw outcome.error
    expect((outcome.identity.expiresAt ?? 0) - (outcome.identity.issuedAt ?? 0)).toBe(3601)
    const strict = await gateway({ clockTolerance: 0, now: () => Date.now() + 5000 }).authenticate(
      request(token),
    )
    expect(strict.ok || strict.error.code).toBe('token_lifetime')
  },
)
