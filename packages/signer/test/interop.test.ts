// Tokens of the signer verify in jsonwebtoken, jose and PyJWT; theirs verify in a gateway that has the same keys.
import { createSecretKey, type KeyObject } from 'node:crypto'
import { compactVerify, jwtVerify, SignJWT } from 'jose'
import jwt from 'jsonwebtoken'
import { describe, expect, test } from 'vitest'
import { findPython } from '../../core/test/documents/customer-backend.ts'
import { hasPublicKeys, runPyJwt, type PyJwtTask } from './fixtures/pyjwt.ts'
import {
  AUDIENCE,
  decoded,
  ISSUER,
  keysFor,
  NOW,
  pem,
  searchGateway,
  searchSigner,
  SECRET,
  widgetGateway,
  widgetSigner,
} from './fixtures/signers.ts'

const python = findPython()
const publicKeys = python !== undefined && hasPublicKeys(python)
if (!publicKeys)
  process.stderr.write(
    `interop: no ${python === undefined ? 'python3 with PyJWT' : 'cryptography for PyJWT'} here, so it is not asked\n`,
  )

const currentDate = new Date(NOW * 1000)
const user = {
  userId: 'usr_42',
  userEmail: 'adä@acme.example',
  userRoles: ['user', 'admin'],
  plan: 'pro',
}
const widgetPayload = { tenantId: 'ten_acme', ...user, iat: NOW, exp: NOW + 3600 }
const searchClaims = {
  userId: '42',
  filters: { attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] } },
  userAttributes: { cohorts: ['g1'], score: 1.5, note: 'a "b" \\ 🔒 \u2028' },
  jti: 'j1',
}
const searchPayload = {
  iss: ISSUER,
  aud: AUDIENCE,
  integrationId: 'int_docs',
  ...searchClaims,
  iat: NOW,
  exp: NOW + 86_400,
}

const asymmetric = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
type KeyPair = { privateKey: KeyObject; publicKey: KeyObject }

describe('support-widget', () => {
  test('jsonwebtoken signs the same token, byte for byte', async () => {
    const signed = jwt.sign(widgetPayload, SECRET, { algorithm: 'HS256' })
    expect(await widgetSigner().sign(user)).toBe(signed)
  })

  test('jsonwebtoken verifies', async () => {
    const options = { algorithms: ['HS256' as const], clockTimestamp: NOW }
    expect(jwt.verify(await widgetSigner().sign(user), SECRET, options)).toEqual(widgetPayload)
  })

  test('jose verifies, and what it signs is accepted', async () => {
    const key = createSecretKey(Buffer.from(SECRET))
    const { payload } = await jwtVerify(await widgetSigner().sign(user), key, { currentDate })
    expect(payload).toEqual(widgetPayload)
    const theirs = await new SignJWT(widgetPayload).setProtectedHeader({ alg: 'HS256' }).sign(key)
    expect(await widgetGateway().verify(theirs)).toMatchObject(user)
  })

  test.skipIf(python === undefined)(
    `PyJWT verifies, and signs the same token${python === undefined ? ' (skipped: no python3 with PyJWT)' : ''}`,
    async () => {
      const token = await widgetSigner().sign({ ...user, userEmail: 'ada@acme.example' })
      const claims = { ...widgetPayload, userEmail: 'ada@acme.example' }
      const task = { key: SECRET, algorithm: 'HS256' }
      const [verified, theirs] = runPyJwt(python ?? '', [
        { ...task, token },
        { ...task, claims },
      ])
      expect(verified).toEqual(claims)
      // Python writes the same members in the same order; only the order of the header is its own.
      expect((theirs as string).split('.')[1]).toBe(token.split('.')[1])
      expect(await widgetGateway().verify(theirs as string)).toMatchObject({ userId: 'usr_42' })
    },
  )
})

describe.each(asymmetric)('search-integration, %s', (algorithm) => {
  const { privateKey, publicKey }: KeyPair = keysFor[algorithm]()

  test('jose verifies, and what it signs is accepted', async () => {
    const token = await searchSigner(algorithm).sign(searchClaims)
    const options = { currentDate, issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm] }
    expect((await jwtVerify(token, publicKey, options)).payload).toEqual(searchPayload)
    expect((await compactVerify(token, publicKey)).protectedHeader).toEqual({
      alg: algorithm,
      typ: 'JWT',
    })
    const theirs = await new SignJWT(searchPayload)
      .setProtectedHeader({ alg: algorithm })
      .sign(privateKey)
    expect(await searchGateway(algorithm).verify(theirs)).toMatchObject({
      userId: '42',
      filters: searchClaims.filters,
    })
  })
})

// jsonwebtoken knows no EdDSA.
describe.each(['RS256', 'PS256', 'ES256'] as const)('search-integration, %s', (algorithm) => {
  const { privateKey, publicKey }: KeyPair = keysFor[algorithm]()

  test('jsonwebtoken verifies, and what it signs is accepted', async () => {
    const token = await searchSigner(algorithm).sign(searchClaims)
    const options = { clockTimestamp: NOW, issuer: ISSUER, audience: AUDIENCE }
    expect(jwt.verify(token, publicKey, { ...options, algorithms: [algorithm] })).toEqual(
      searchPayload,
    )
    const theirs = jwt.sign(searchPayload, privateKey, { algorithm })
    expect((await searchGateway(algorithm).verify(theirs)).userId).toBe('42')
  })
})

test.skipIf(!publicKeys)(
  `PyJWT verifies, and what it signs is accepted: ${asymmetric.join(', ')}${publicKeys ? '' : ' (skipped: no PyJWT with cryptography)'}`,
  async () => {
    const verifying = await Promise.all(
      asymmetric.map(async (algorithm): Promise<PyJwtTask> => {
        const key = pem(keysFor[algorithm]().publicKey, 'spki')
        const token = await searchSigner(algorithm).sign(searchClaims)
        return { algorithm, key, token, audience: AUDIENCE }
      }),
    )
    const signing = asymmetric.map((algorithm): PyJwtTask => {
      const key = pem(keysFor[algorithm]().privateKey)
      return { algorithm, key, claims: searchPayload }
    })
    const results = runPyJwt(python ?? '', [...verifying, ...signing])
    expect(results.slice(0, 4)).toEqual(asymmetric.map(() => searchPayload))
    for (const [index, algorithm] of asymmetric.entries()) {
      const theirs = results[4 + index] as string
      expect(decoded(theirs).header).toMatchObject({ alg: algorithm })
      expect((await searchGateway(algorithm).verify(theirs)).userId).toBe('42')
    }
  },
)
