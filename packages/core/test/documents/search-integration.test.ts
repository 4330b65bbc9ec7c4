import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createAuthenticator,
  searchIntegration,
  type Authenticator,
  type Tenant,
} from '../../src/index.ts'
import { CustomerBackend, hasOpenssl } from './customer-backend.ts'

// The second document: "Generate verification keys", "Generating a token in your backend".

const openssl = hasOpenssl()
if (!openssl)
  process.stderr.write('documents: no openssl here, so the TypeScript sample is not run\n')

const API_KEY = 'integration-api-key'
const backend = new CustomerBackend()
afterAll(() => backend.close())

describe.skipIf(!openssl)(
  `generateToken, with keys of the openssl commands${openssl ? '' : ' (skipped: no openssl)'}`,
  () => {
    let token = ''
    let tenant: Tenant
    let gateway: Authenticator<undefined>

    beforeAll(async () => {
      await backend.generateKeys()
      token = await backend.generateToken()
      // "Configure the integration": require user authentication, public key, issuer.
      tenant = {
        id: 'inkeep-integration-id',
        requireUser: true,
        keys: [{ alg: 'RS256', publicKey: backend.read('public_key.pem') }],
        issuer: 'https://auth.mydomain.com',
        apiKeyHashes: [`sha256:${createHash('sha256').update(API_KEY).digest('hex')}`],
      }
      gateway = createAuthenticator({ profile: searchIntegration(), tenants: [tenant] })
    })

    const headers = (more: object = {}): { headers: Record<string, string> } => ({
      headers: { authorization: `Bearer ${API_KEY}`, 'user-token': token, ...more },
    })

    test('passes, and the identity says what was signed', async () => {
      const outcome = await gateway.authenticate(headers())
      if (!outcome.ok) throw outcome.error
      expect(outcome.identity).toMatchObject({
        kind: 'verified',
        tenantId: 'inkeep-integration-id',
        userId: '123456789',
        userEmail: 'me@inkeep.com',
        userRoles: [],
        userAttributes: {
          userId: '123456789',
          userEmail: 'me@inkeep.com',
          userCohorts: ['group1', 'group2'],
        },
        filters: {
          attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['module1', 'module2'] } }] },
        },
        claims: { iss: 'https://auth.mydomain.com', aud: 'https://api.inkeep.com' },
      })
      const { issuedAt = 0, expiresAt = 0 } = outcome.identity
      expect(Math.abs(expiresAt - issuedAt - 24 * 3600)).toBeLessThanOrEqual(1)
    })

    test('"Takes precedence over the filters value provided in the request body", and over userAttributes', async () => {
      const outcome = await gateway.authenticate(headers())
      if (!outcome.ok) throw outcome.error
      const bound = gateway.bindBody(outcome.identity, {
        integrationId: 'inkeep-integration-id',
        filters: { attributes: { $and: [{ env: 'prod' }, { product: 'search' }] } },
        userAttributes: { userId: 'somebody else' },
        messages: [],
      })
      if (!bound.ok) throw bound.error
      expect(bound.body).toEqual({
        integrationId: 'inkeep-integration-id',
        filters: {
          attributes: {
            $and: [
              { env: 'dev' },
              { modules: { $in: ['module1', 'module2'] } },
              { product: 'search' },
            ],
          },
        },
        userAttributes: {
          userId: '123456789',
          userEmail: 'me@inkeep.com',
          userCohorts: ['group1', 'group2'],
        },
        messages: [],
      })
      expect(bound.dropped).toEqual([
        { key: 'env', clause: { env: 'prod' }, reason: 'contradicts' },
      ])
    })

    test('"This must match the integration ID in the body of the request"', async () => {
      const outcome = await gateway.authenticate(headers())
      if (!outcome.ok) throw outcome.error
      for (const body of [{ integrationId: 'another' }, { integration_id: 'another' }]) {
        const bound = gateway.bindBody(outcome.identity, body)
        expect(bound.ok || [bound.error.status, bound.error.code]).toEqual([403, 'tenant_mismatch'])
      }
    })

    test('"Authorization: Bearer {integrationApiKey} (must still be present in all requests)"', async () => {
      for (const authorization of ['', 'Basic x', 'Bearer unknown']) {
        const { headers: all } = headers({ authorization })
        if (authorization === '') delete all['authorization']
        const outcome = await gateway.authenticate({ headers: all })
        expect(outcome.ok || outcome.error.code).toBe('api_key_rejected')
      }
    })

    test('"Require user authentication: set to true"', async () => {
      const outcome = await gateway.authenticate({
        headers: { authorization: `Bearer ${API_KEY}` },
      })
      expect(outcome.ok || outcome.error.code).toBe('token_missing')
    })

    test.each([
      [
        'the issuer of another service',
        { issuer: 'https://auth.otherdomain.com' },
        'claims_invalid',
      ],
      ['another audience', { audience: 'https://api.example.com' }, 'claims_invalid'],
      ['another integration', { id: 'another-integration-id' }, 'tenant_mismatch'],
    ])(
      '"We check the signature of the token and the iss, exp, aud": %s',
      async (_name, change, code) => {
        const other = createAuthenticator({
          profile: searchIntegration(),
          tenants: [{ ...tenant, ...change }],
        })
        const outcome = await other.authenticate(headers())
        expect(outcome.ok || outcome.error.code).toBe(code)
      },
    )

    test('"We will use the public key to validate": a token of another key pair is refused', async () => {
      const stranger = new CustomerBackend()
      try {
        await stranger.generateKeys()
        const outcome = await gateway.authenticate(
          headers({ 'user-token': await stranger.generateToken() }),
        )
        expect(outcome.ok || outcome.error.code).toBe('token_rejected')
      } finally {
        stranger.close()
      }
    })

    test('a day and the tolerance later it has expired', async () => {
      const now = (): number => Date.now() + 86_440_000
      const later = createAuthenticator({ profile: searchIntegration(), tenants: [tenant], now })
      const outcome = await later.authenticate(headers())
      expect(outcome.ok || outcome.error.code).toBe('token_expired')
    })

    test('the private key is refused where the public key belongs', () => {
      const keys = [{ alg: 'RS256' as const, publicKey: backend.read('private_key.pem') }]
      expect(() =>
        createAuthenticator({ profile: searchIntegration(), tenants: [{ ...tenant, keys }] }),
      ).toThrow(/private key/)
    })
  },
)
