import { describe, expect, it } from 'vitest'
import { isKeySet, prepareKeySet } from '../src/key-set.ts'
import { p256 } from './fixtures/keys.ts'
import { thrownBy } from './fixtures/refusals.ts'

const URL = 'https://acme.example/.well-known/jwks.json'
const record = (over: object = {}): object => ({ algorithms: ['ES256'], jwksUrl: URL, ...over })
const reasonOf = (key: unknown): string => {
  const error = thrownBy(() => prepareKeySet(key, '#1'))
  expect(error).toBeInstanceOf(Error)
  return (error as Error).message
}

describe('a key set in a record', () => {
  it('comes out frozen', () => {
    const set = prepareKeySet(record({ algorithms: ['RS256', 'PS256'], notBefore: 1 }), '#3')
    expect(set).toEqual({
      url: URL,
      algorithms: ['RS256', 'PS256'],
      notBefore: 1,
      notAfter: Infinity,
      label: '#3',
    })
    expect(Object.isFrozen(set)).toBe(true)
    expect(Object.isFrozen(set.algorithms)).toBe(true)
  })

  it('does not follow later writes to the list', () => {
    const algorithms = ['ES256']
    const set = prepareKeySet(record({ algorithms }), '#1')
    algorithms.push('RS256')
    expect(set.algorithms).toEqual(['ES256'])
  })

  it('refuses an unknown member, which a mistyped notAfter would be', () => {
    expect(reasonOf(record({ not_after: 1 }))).toBe('a key has an unknown member "not_after"')
    expect(reasonOf(record({ jwksURL: URL }))).toBe('a key has an unknown member "jwksURL"')
    expect(reasonOf({ algorithms: ['ES256'], jwksUri: URL })).toBe(
      'a key has an unknown member "jwksUri"',
    )
  })

  it('refuses a kid, with the reason', () => {
    expect(reasonOf(record({ kid: 'k' }))).toBe(
      'a kid names one key, and the keys of a jwksUrl have their own',
    )
  })

  it('refuses an alg, and another kind of key beside it', () => {
    expect(reasonOf(record({ alg: 'ES256' }))).toBe(
      'alg goes with one key; a jwksUrl has algorithms',
    )
    for (const kind of [{ publicKey: p256().pem }, { jwk: {} }, { secret: 'x'.repeat(32) }])
      expect(reasonOf(record(kind))).toBe(
        'a key needs exactly one of secret, publicKey, jwk and jwksUrl',
      )
  })

  it.each([
    [undefined],
    [null],
    [[]],
    ['ES256'],
    [{ 0: 'ES256', length: 1 }],
    [['HS256']],
    [['ES256', 'HS256']],
    [['none']],
    [['ES384']],
    [[undefined]],
    [[['ES256']]],
  ])('wants a list of algorithms with a public key, not %j (RFC 8725 3.1)', (algorithms) => {
    expect(reasonOf(record({ algorithms }))).toBe(
      'the algorithms of a jwksUrl are not a list of RS256, PS256, ES256, EdDSA',
    )
  })

  it('takes each algorithm once', () => {
    expect(reasonOf(record({ algorithms: ['ES256', 'RS256', 'ES256'] }))).toBe(
      'the algorithms of a jwksUrl hold one twice',
    )
  })

  it('bounds when it counts like a key', () => {
    expect(reasonOf(record({ notBefore: '1' }))).toBe(
      'the notBefore of a key is not a number of seconds',
    )
    expect(reasonOf(record({ notAfter: NaN }))).toBe(
      'the notAfter of a key is not a number of seconds',
    )
  })
})

describe('a jwksUrl', () => {
  const urlOf = (jwksUrl: string): string => prepareKeySet(record({ jwksUrl }), '#1').url
  const noAddress = 'a jwksUrl is not an address of at most 2048 characters'
  const noHttps = 'a jwksUrl is not an https address'

  it.each([
    ['https://acme.example', 'https://acme.example/'],
    ['HTTPS://Acme.Example:443/a/../b', 'https://acme.example/b'],
    ['https://acme.example:8443/jwks?tenant=1', 'https://acme.example:8443/jwks?tenant=1'],
    ['https://[2001:db8::1]/jwks', 'https://[2001:db8::1]/jwks'],
    [`https://a.example/${'x'.repeat(2030)}`, `https://a.example/${'x'.repeat(2030)}`],
  ])('is an address: %s', (given, url) => {
    expect(urlOf(given)).toBe(url)
  })

  it.each([
    [null, noAddress],
    [7, noAddress],
    ['', noAddress],
    [`https://a.example/${'x'.repeat(2031)}`, noAddress],
    ['https://acme.example/a b', noAddress],
    [' https://acme.example/', noAddress],
    ['https://acme.example/\n', noAddress],
    ['ht\ttps://acme.example/', noAddress],
    ['https:\\\\acme.example', noAddress],
    ['https://acme.example\\@evil.example/', noAddress],
    ['http://acme.example/', noHttps],
    ['http://127.0.0.1/', noHttps],
    ['file:///etc/passwd', noHttps],
    ['data:application/json,{"keys":[]}', noHttps],
    ['//acme.example/', noHttps],
    ['/jwks', noHttps],
    ['acme.example', noHttps],
    ['https://', noHttps],
    ['https://acme.example:99999/', noHttps],
    ['https://user@acme.example/', 'a jwksUrl holds credentials'],
    ['https://user:canary@acme.example/', 'a jwksUrl holds credentials'],
    ['https://:canary@acme.example/', 'a jwksUrl holds credentials'],
    ['https://acme.example/#', 'a jwksUrl has a fragment'],
    ['https://acme.example/#canary', 'a jwksUrl has a fragment'],
  ])('is not %j', (jwksUrl, reason) => {
    expect(reasonOf(record({ jwksUrl }))).toBe(reason)
  })
})

describe('isKeySet', () => {
  it('reads an own member only', () => {
    expect(isKeySet({ jwksUrl: 7 })).toBe(true)
    for (const key of [null, undefined, 7, 'jwksUrl', {}, { jwksUrl: undefined }])
      expect(isKeySet(key)).toBe(false)
    expect(isKeySet(Object.create({ jwksUrl: URL }))).toBe(false)
  })
})
