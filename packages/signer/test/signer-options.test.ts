import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSigner } from '../src/index.ts'
import { p256, rsa, searchSigner, SECRET, widgetSigner } from './fixtures/signers.ts'

const at = (option: string, rest: string): TypeError =>
  new TypeError(`createSigner: option "${option}"${rest}`)

const search = {
  profile: 'search-integration',
  integrationId: 'int_docs',
  issuer: 'https://auth.mydomain.com',
} as const

describe('the profile', () => {
  test.each([
    undefined,
    null,
    'x',
    {},
    { profile: 'supportWidget' },
    Object.create({ profile: 'support-widget' }),
  ])('refuses %j', (options: unknown) => {
    expect(() => createSigner(options as never)).toThrow(
      at('profile', ' must be "support-widget" or "search-integration"'),
    )
  })
})

describe('names', () => {
  test('refuses one that is misspelt, and those of the other profile', () => {
    const known = 'profile, keyId, expiresIn, now, issuer, audience'
    expect(() => widgetSigner({ expiresin: 60 } as never)).toThrow(
      new TypeError(`createSigner: unknown option "expiresin" (known: ${known}, tenantId, secret)`),
    )
    expect(() => widgetSigner({ privateKey: 'x' } as never)).toThrow(/unknown option "privateKey"/)
    expect(() => searchSigner('ES256', { secret: SECRET } as never)).toThrow(
      /unknown option "secret"/,
    )
  })

  test.each(['tenantId', 'secret', 'keyId', 'issuer', 'audience', 'expiresIn', 'now'])(
    'support-widget: %s is never undefined: an unset environment variable is no default',
    (name) => {
      expect(() => widgetSigner({ [name]: undefined })).toThrow(
        at(name, ' is undefined; leave it out or give a value'),
      )
    },
  )

  test.each(
    'integrationId privateKey passphrase algorithm keyId issuer audience expiresIn now'.split(' '),
  )('search-integration: %s likewise', (name) => {
    expect(() => searchSigner('ES256', { [name]: undefined })).toThrow(
      at(name, ' is undefined; leave it out or give a value'),
    )
  })
})

describe('what is required', () => {
  test('a tenant, a secret', () => {
    expect(() => createSigner({ profile: 'support-widget', secret: SECRET } as never)).toThrow(
      at('tenantId', ' must be 1 to 128 visible ASCII characters'),
    )
    expect(() => createSigner({ profile: 'support-widget', tenantId: 't' } as never)).toThrow(
      at('secret', ' is missing'),
    )
  })

  test('an integration, an issuer, a private key', () => {
    const privateKey = rsa().privateKey
    expect(() => createSigner({ ...search, privateKey, integrationId: '' })).toThrow(
      at('integrationId', ' must be 1 to 128 visible ASCII characters'),
    )
    expect(() => createSigner({ ...search, privateKey, issuer: '' })).toThrow(
      at('issuer', ' must be a non-empty string'),
    )
    expect(() => createSigner(search as never)).toThrow(at('privateKey', ' is missing'))
  })
})

describe('secrets, as the gateway judges them', () => {
  test.each<[string, unknown, string]>([
    ['an empty one', '', 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'],
    ['31 bytes', 'x'.repeat(31), 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'],
    ['null', null, 'a secret is neither a string nor a Uint8Array'],
    ['a KeyObject', rsa().privateKey, 'a secret is neither a string nor a Uint8Array'],
    [
      'a public key as PEM',
      rsa().publicKey.export({ type: 'spki', format: 'pem' }),
      'a secret holds the text or bytes of a PEM, JWK or DER key',
    ],
    [
      'a private key as DER',
      rsa().privateKey.export({ type: 'pkcs8', format: 'der' }),
      'a secret holds the text or bytes of a PEM, JWK or DER key',
    ],
    [
      'a key as JWK',
      JSON.stringify(rsa().publicKey.export({ format: 'jwk' })),
      'a secret holds the text or bytes of a PEM, JWK or DER key',
    ],
  ])('refuses %s', (_name, secret, reason) => {
    expect(() => widgetSigner({ secret: secret as string })).toThrow(at('secret', `: ${reason}`))
  })

  test('takes 32 bytes', () => {
    expect(widgetSigner({ secret: 'x'.repeat(32) }).profile).toBe('support-widget')
  })
})

describe('ids', () => {
  test.each(['', 'ten acme', 'ten_ä', 'x'.repeat(129), 'a\n', 7, null])('refuses %j', (id) => {
    const rest = ' must be 1 to 128 visible ASCII characters'
    expect(() => widgetSigner({ tenantId: id as string })).toThrow(at('tenantId', rest))
    expect(() => searchSigner('ES256', { integrationId: id as string })).toThrow(
      at('integrationId', rest),
    )
  })
})

describe('issuer, audience, keyId', () => {
  test.each<[string, unknown, string]>([
    ['issuer', '', ' must be a non-empty string'],
    ['issuer', null, ' must be a non-empty string'],
    ['issuer', ['https://a', 'https://b'], ' must be a non-empty string'],
    ['issuer', '\ud800', ' is not well-formed'],
    ['audience', '', ' must be a non-empty string'],
    ['audience', null, ' must be a non-empty string'],
    ['audience', [], ' must not be an empty list'],
    ['audience', ['a', ''], ' must be a non-empty string'],
    ['audience', ['a', undefined], ' must be a non-empty string'],
    ['keyId', '', ' must be a string of 1 to 256 characters'],
    ['keyId', 7, ' must be a string of 1 to 256 characters'],
    ['keyId', 'x'.repeat(257), ' must be a string of 1 to 256 characters'],
    ['keyId', '\ud800', ' must be a string of 1 to 256 characters'],
  ])('%s: refuses %j', (name, value, rest) => {
    expect(() => widgetSigner({ [name]: value })).toThrow(at(name, rest))
    expect(() => searchSigner('ES256', { [name]: value })).toThrow(at(name, rest))
  })

  test('a kid of a JSON Web Key is held to the same', () => {
    const privateKey = { ...p256().privateKey.export({ format: 'jwk' }), kid: '' }
    expect(() => searchSigner('ES256', { privateKey })).toThrow(
      at('keyId', ' must be a string of 1 to 256 characters'),
    )
  })
})

describe('expiresIn, in seconds', () => {
  const rest = (max: number): string => ` (seconds) must be an integer from 1 to ${max}`

  test.each([0, -1, 0.5, Number.NaN, Infinity, '1h', '3600', null])('refuses %j', (expiresIn) => {
    const options = { expiresIn: expiresIn as number }
    expect(() => widgetSigner(options)).toThrow(at('expiresIn', rest(3600)))
    expect(() => searchSigner('ES256', options)).toThrow(at('expiresIn', rest(86_400)))
  })

  test('not a second more than the profile allows, whatever gateways tolerate', () => {
    expect(widgetSigner({ expiresIn: 3600 }).expiresIn).toBe(3600)
    expect(() => widgetSigner({ expiresIn: 3601 })).toThrow(at('expiresIn', rest(3600)))
    expect(searchSigner('ES256', { expiresIn: 86_400 }).expiresIn).toBe(86_400)
    expect(() => searchSigner('ES256', { expiresIn: 86_401 })).toThrow(
      at('expiresIn', rest(86_400)),
    )
  })
})

describe('now', () => {
  test('is a function', () => {
    expect(() => widgetSigner({ now: 0 as never })).toThrow(at('now', ' must be a function'))
  })

  test('is Date.now where it is left out', async () => {
    const privateKey = p256().privateKey
    const token = await createSigner({ ...search, privateKey, algorithm: 'ES256' }).sign({})
    const { iat } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(Math.abs(Date.now() / 1000 - iat)).toBeLessThan(30)
  })
})

describe('algorithm', () => {
  test.each(['HS256', 'none', 'RS512', 'Ed25519', 'rs256', null])('refuses %j', (algorithm) => {
    expect(() => searchSigner('ES256', { algorithm: algorithm as never })).toThrow(
      at('algorithm', ' must be one of: RS256, PS256, ES256, EdDSA'),
    )
  })

  test('is RS256 by default, and says so where the key is for another', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    expect(() => createSigner({ ...search, privateKey })).toThrow(
      at('privateKey', ': RS256 needs an RSA key'),
    )
  })
})
