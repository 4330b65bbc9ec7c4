import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createSigner } from '../src/index.ts'
import {
  AUDIENCE,
  decoded,
  ISSUER,
  NOW,
  p256,
  pem,
  rsa,
  searchGateway,
  searchSigner,
  SECRET,
  widgetGateway,
  widgetSigner,
} from './fixtures/signers.ts'

describe('support-widget', () => {
  test('signs the claims of the first document in its order, for an hour', async () => {
    const token = await widgetSigner().sign({
      plan: 'pro',
      userRoles: ['user', 'admin'],
      userEmail: 'ada@acme.example',
      userId: 'usr_42',
    })
    const { header, payload } = decoded(token)
    expect(JSON.stringify(header)).toBe('{"alg":"HS256","typ":"JWT"}')
    expect(JSON.stringify(payload)).toBe(
      '{"tenantId":"ten_acme","userId":"usr_42","userEmail":"ada@acme.example","userRoles":["user","admin"],' +
        `"plan":"pro","iat":${NOW},"exp":${NOW + 3600}}`,
    )
  })

  test('iss and aud, for gateways that check them', async () => {
    const signer = widgetSigner({ issuer: ISSUER, audience: ['a', 'b'] })
    const { payload } = decoded(await signer.sign({ userId: 'u' }))
    expect(payload).toMatchObject({ iss: ISSUER, aud: ['a', 'b'] })
  })

  test('a secret of bytes is copied: what happens to them later does not change the key', async () => {
    const secret = new TextEncoder().encode(SECRET)
    const signer = widgetSigner({ secret })
    secret.fill(0)
    const identity = await widgetGateway().verify(await signer.sign({ userId: 'u' }))
    expect(identity.userId).toBe('u')
  })
})

describe('search-integration', () => {
  test('signs the claims of the second document, for a day', async () => {
    const filters = { attributes: { $and: [{ env: 'dev' }, { modules: { $in: ['m1', 'm2'] } }] } }
    const userAttributes = { userId: '123', userCohorts: ['g1', 'g2'] }
    const signer = searchSigner('RS256')
    const { header, payload } = decoded(await signer.sign({ filters, userAttributes }))
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect(payload).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      integrationId: 'int_docs',
      filters,
      userAttributes,
      iat: NOW,
      exp: NOW + 86_400,
    })
  })

  test('a token may name nobody: it may only prove that a CAPTCHA was passed', async () => {
    const identity = await searchGateway().verify(await searchSigner().sign({}))
    expect([identity.kind, identity.userId]).toEqual(['verified', undefined])
  })

  test('a filter under a seal is signed as it is', async () => {
    const { filters } = await searchGateway().verify(
      await searchSigner().sign({ filters: { attributes: { env: 'dev' } } }),
    )
    if (filters === undefined) throw new Error('there is no filter')
    const { payload } = decoded(await searchSigner().sign({ filters }))
    expect(payload['filters']).toEqual({ attributes: { env: 'dev' } })
  })

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)('%s', async (algorithm) => {
    const token = await searchSigner(algorithm).sign({ userId: 'u' })
    expect(decoded(token).header).toEqual({ alg: algorithm, typ: 'JWT' })
    expect((await searchGateway(algorithm).verify(token)).userId).toBe('u')
  })
})

describe('kid', () => {
  test('is the keyId', async () => {
    const { header } = decoded(await widgetSigner({ keyId: '2027' }).sign({ userId: 'u' }))
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: '2027' })
  })

  test('is the one that a JSON Web Key brings, unless another is given', async () => {
    const privateKey = { ...p256().privateKey.export({ format: 'jwk' }), kid: 'its own' }
    const kid = async (options: object): Promise<unknown> =>
      decoded(await searchSigner('ES256', { privateKey, ...options }).sign({})).header
    expect(await kid({})).toMatchObject({ kid: 'its own' })
    expect(await kid({ keyId: 'another' })).toMatchObject({ kid: 'another' })
  })
})

describe('time', () => {
  test('expiresIn: the token’s, else the signer’s, else what the profile allows', async () => {
    const lifetime = async (own?: number, general?: number): Promise<number> => {
      const signer = widgetSigner(general === undefined ? {} : { expiresIn: general })
      const options = own === undefined ? {} : { expiresIn: own }
      const { payload } = decoded(await signer.sign({ userId: 'u' }, options))
      return (payload['exp'] as number) - (payload['iat'] as number)
    }
    expect(await lifetime()).toBe(3600)
    expect(await lifetime(undefined, 900)).toBe(900)
    expect(await lifetime(60, 900)).toBe(60)
    expect(await lifetime(3600, 900)).toBe(3600)
    expect(await lifetime(1)).toBe(1)
  })

  test('the clock is looked at once: exp - iat is never a second more (as it is in the Python sample)', async () => {
    let looks = 0
    const now = (): number => (NOW + looks++) * 1000
    const { payload } = decoded(await widgetSigner({ now }).sign({ userId: 'u' }))
    expect(payload).toMatchObject({ iat: NOW, exp: NOW + 3600 })
    expect(looks).toBe(1)
  })

  test.each([Number.NaN, Infinity, 'now', undefined])(
    'refuses a clock that says %s',
    async (time) => {
      const now = (): number => time as number
      await expect(widgetSigner({ now }).sign({ userId: 'u' })).rejects.toThrow(
        new TypeError('createSigner: option "now" does not tell the time'),
      )
    },
  )
})

describe('what it gives away', () => {
  const passphrase = 'canary-passphrase'
  const encrypted = rsa().privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  })
  const signers = [
    widgetSigner(),
    searchSigner('RS256', { privateKey: encrypted.toString(), passphrase }),
  ]

  test.each(signers)('util.inspect and JSON.stringify show no secret: $profile', (signer) => {
    const shown = [
      inspect(signer, { depth: Infinity, showHidden: true, getters: true }),
      JSON.stringify(signer),
    ].join('\n')
    expect(shown).toContain(signer.profile)
    for (const secret of [SECRET, passphrase, 'PRIVATE', 'KeyObject'])
      expect(shown).not.toContain(secret)
  })

  test.each(signers)('it is frozen: $profile', (signer) => {
    expect(Object.isFrozen(signer)).toBe(true)
  })

  test('no error holds a value: options', () => {
    const thrown: unknown[] = []
    const attempt = (make: () => unknown): void => {
      try {
        make()
        thrown.push('nothing was thrown')
      } catch (error) {
        thrown.push(error)
      }
    }
    const canary = 'canary'
    const search = { profile: 'search-integration', integrationId: 'i', issuer: 'x' } as const
    attempt(() => widgetSigner({ secret: canary }))
    attempt(() => widgetSigner({ secret: `-----BEGIN PUBLIC KEY-----${canary}${canary}` }))
    attempt(() => widgetSigner({ tenantId: `${canary} ` }))
    attempt(() => createSigner({ ...search, privateKey: canary }))
    attempt(() =>
      createSigner({ ...search, privateKey: `${pem(rsa().publicKey, 'spki')}${canary}` }),
    )
    attempt(() =>
      createSigner({ ...search, privateKey: encrypted.toString(), passphrase: `${canary}!` }),
    )
    expect(thrown.map((error) => error instanceof TypeError)).toEqual(thrown.map(() => true))
    expect(inspect(thrown, { depth: Infinity, showHidden: true })).not.toContain(`${canary}!`)
    expect(thrown.map(String).join('\n')).not.toContain(canary)
  })

  test('no error holds a value: claims', async () => {
    const canary = 'canary-value'
    const errors = await Promise.allSettled([
      searchSigner().sign({ userId: `${canary}\ud800` }),
      searchSigner().sign({ userAttributes: { note: `${canary}\ud800` } }),
      searchSigner().sign({ filters: { attributes: { env: { $ne: canary } } } as never }),
      searchSigner().sign({ userId: canary, userAttributes: { userId: `${canary}2` } }),
      searchSigner().sign({ claims: { note: canary.repeat(1000) } }),
    ])
    expect(errors.map(({ status }) => status)).toEqual(errors.map(() => 'rejected'))
    expect(inspect(errors, { depth: Infinity, showHidden: true })).not.toContain(canary)
  })
})

test('sign can be taken off the signer', async () => {
  const { sign } = widgetSigner()
  expect((await widgetGateway().verify(await sign({ userId: 'u' }))).userId).toBe('u')
})

describe('in a process with a polluted Object.prototype', () => {
  test('signs nothing that was not given', async () => {
    const polluted = {
      userEmail: 'evil@example.com',
      claims: { admin: true },
      filters: { attributes: { env: 'prod' } },
      expiresIn: 1,
      issuer: 'https://evil.example.com',
    }
    Object.assign(Object.prototype, polluted)
    let token: string
    try {
      token = await searchSigner('EdDSA').sign({ userAttributes: { list: [1] } })
    } finally {
      for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name)
    }
    expect(decoded(token).payload).toEqual({
      iss: ISSUER,
      aud: AUDIENCE,
      integrationId: 'int_docs',
      userAttributes: { list: [1] },
      iat: NOW,
      exp: NOW + 86_400,
    })
  })
})
