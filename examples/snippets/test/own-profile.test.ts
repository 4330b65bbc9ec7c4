import { generateKeyPairSync } from 'node:crypto'
import { createAuthenticator } from '@countersign/core'
import jwt from 'jsonwebtoken'
import { expect, it } from 'vitest'
import { agentDesk } from '../src/own-profile.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const authenticator = createAuthenticator({
  profile: agentDesk,
  tenants: [
    { id: 'org_1', issuer: 'https://id.org1.example', keys: [{ alg: 'ES256', publicKey }] },
  ],
})
const token = jwt.sign(
  { org: 'org_1', roles: ['agent'], filters: { attributes: { queue: 'billing' } } },
  privateKey,
  {
    algorithm: 'ES256',
    issuer: 'https://id.org1.example',
    audience: 'https://desk.example',
    subject: 'agent-7',
    expiresIn: 900,
  },
)

it('serves its own tokens, and binds bodies as it says', async () => {
  const identity = await authenticator.verify(token)
  expect(identity).toMatchObject({ tenantId: 'org_1', userId: 'agent-7', userRoles: ['agent'] })
  const code = (body: unknown): string => {
    const outcome = authenticator.bindBody(identity, body)
    return outcome.ok ? 'ok' : outcome.error.code
  }
  expect(code({ org_id: 'org_1' })).toBe('ok')
  expect(code({})).toBe('tenant_mismatch')
  expect(code({ org_id: 'org_1', filters: { attributes: { queue: 'legal' } } })).toBe(
    'filter_conflict',
  )
})
