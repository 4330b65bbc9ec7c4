import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ALGORITHMS, isActive, keysInOrder, prepareKey, type PreparedKey } from '../src/keys.ts'
import { SECRET, ed25519, otherP256, p256, pemOf, rsa } from './fixtures/keys.ts'
import { thrownBy } from './fixtures/refusals.ts'

const reasonOf = (key: unknown): string => {
  const error = thrownBy(() => prepareKey(key))
  expect(error).toBeInstanceOf(Error)
  return (error as Error).message
}
const hmac = (secret: unknown, over: object = {}): object => ({ alg: 'HS256', secret, ...over })
const jwkOf = (pair: { publicKey: { export(o: { format: 'jwk' }): object } }): object =>
  pair.publicKey.export({ format: 'jwk' })

describe('a key as a record', () => {
  it.each([[null], [undefined], ['text'], [7], [[]]])('refuses %j', (key) => {
    expect(reasonOf(key)).toBe('a key is not an object')
  })

  it('refuses an unknown member, which a mistyped notAfter would be', () => {
    expect(reasonOf(hmac(SECRET, { not_after: 1 }))).toBe('a key has an unknown member "not_after"')
    expect(reasonOf(hmac(SECRET, { privateKey: undefined }))).toBe(
      'a key has an unknown member "privateKey"',
    )
  })

  it('reads own members only', () => {
    expect(reasonOf(Object.create(hmac(SECRET)))).toBe(
      'a key needs exactly one of secret, publicKey, jwk and jwksUrl',
    )
    expect(
      reasonOf(Object.assign(Object.create({ alg: 'HS256' }) as object, { secret: SECRET })),
    ).toBe('the alg of a key is not one of HS256, RS256, PS256, ES256, EdDSA')
  })

  it.each([
    ['none of them', { alg: 'HS256' }],
    ['an undefined one', { alg: 'HS256', secret: undefined }],
    ['a secret and a publicKey', { alg: 'HS256', secret: SECRET, publicKey: 'x' }],
    ['a publicKey and a jwk', { alg: 'ES256', publicKey: 'x', jwk: {} }],
    ['all three', { alg: 'ES256', publicKey: 'x', jwk: {}, secret: SECRET }],
  ])('needs exactly one of secret, publicKey, jwk and jwksUrl: %s', (_, key) => {
    expect(reasonOf(key)).toBe('a key needs exactly one of secret, publicKey, jwk and jwksUrl')
  })

  it('is not where a set of them is fetched', () => {
    expect(reasonOf({ algorithms: ['ES256'], jwksUrl: 'https://acme.example/jwks' })).toBe(
      'a key set stands where a key belongs',
    )
    expect(reasonOf({ alg: 'ES256', algorithms: ['ES256'], publicKey: p256().pem })).toBe(
      'algorithms goes with a jwksUrl; a key has one alg',
    )
  })

  it('counts a member that is undefined as absent', () => {
    const key = { ...hmac(SECRET), publicKey: undefined, jwk: undefined, kid: undefined }
    expect(prepareKey(key)).toMatchObject({ alg: 'HS256', kid: undefined })
  })

  it('takes a kid of 1 to 256 characters', () => {
    expect(prepareKey(hmac(SECRET, { kid: 'k' })).kid).toBe('k')
    expect(prepareKey(hmac(SECRET, { kid: 'k'.repeat(256) })).kid).toHaveLength(256)
    for (const kid of ['', 'k'.repeat(257), 1, null, ['k']])
      expect(reasonOf(hmac(SECRET, { kid }))).toBe(
        'the kid of a key is not a string of 1 to 256 characters',
      )
  })

  it.each([['a\nb'], ['\u0000'], ['\u001b[31m'], ['\u007f'], ['\u0085'], ['a\u2028b'], ['\u2029']])(
    'takes no kid with a control character, which would write lines of its own into a log: %j',
    (kid) => {
      expect(reasonOf(hmac(SECRET, { kid }))).toBe('the kid of a key has a control character')
    },
  )

  it('is called by its kid, else by its place', () => {
    expect(prepareKey(hmac(SECRET, { kid: 'k' }), '#2').label).toBe('k')
    expect(prepareKey(hmac(SECRET), '#2').label).toBe('#2')
    expect(prepareKey(hmac(SECRET)).label).toBe('#1')
  })

  it.each([['none'], ['HS512'], ['hs256'], ['ES384'], [''], [undefined], [null], [['HS256']]])(
    'refuses alg %j',
    (alg) => {
      expect(reasonOf({ alg, secret: SECRET })).toBe(
        'the alg of a key is not one of HS256, RS256, PS256, ES256, EdDSA',
      )
    },
  )

  it('names every algorithm, and none is not one', () => {
    expect(ALGORITHMS).toEqual(['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'])
  })

  it('refuses HS256 with a public key, and a secret for another algorithm (RFC 8725 3.1)', () => {
    const reason = 'HS256 goes with a secret, every other alg with publicKey or jwk'
    expect(reasonOf({ alg: 'HS256', publicKey: p256().pem })).toBe(reason)
    expect(reasonOf({ alg: 'HS256', jwk: jwkOf(p256()) })).toBe(reason)
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA'])
      expect(reasonOf({ alg, secret: SECRET })).toBe(reason)
  })

  it('comes out frozen, and with the fingerprint of algorithm and bytes', () => {
    const key = prepareKey(hmac(SECRET, { kid: 'a' }))
    expect(Object.isFrozen(key)).toBe(true)
    expect(key.material.export().toString()).toBe(SECRET)
    expect(key.fingerprint).toBe(createHash('sha256').update(`HS256:${SECRET}`).digest('base64url'))
    const spki = p256().publicKey.export({ type: 'spki', format: 'der' })
    expect(prepareKey({ alg: 'ES256', publicKey: p256().pem }).fingerprint).toBe(
      createHash('sha256').update('ES256:').update(spki).digest('base64url'),
    )
  })

  it('tells one RSA key for two algorithms apart', () => {
    const [a, b] = ['RS256', 'PS256'].map((alg) => prepareKey({ alg, publicKey: rsa().pem }))
    expect(a?.fingerprint).not.toBe(b?.fingerprint)
  })
})

describe('notBefore and notAfter', () => {
  const key = (over: object): PreparedKey => prepareKey(hmac(SECRET, over))

  it('bound a key at the second: the first is inclusive, the second is not', () => {
    const bounded = key({ notBefore: 100, notAfter: 200 })
    expect([99, 99.999, 100, 199.999, 200, 201].map((now) => isActive(bounded, now))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ])
  })

  it('do not bound where they are left out', () => {
    expect(key({})).toMatchObject({ notBefore: -Infinity, notAfter: Infinity })
    expect(isActive(key({}), 0)).toBe(true)
    expect(isActive(key({ notBefore: 5 }), Number.MAX_VALUE)).toBe(true)
    expect(isActive(key({ notAfter: 5 }), -1)).toBe(true)
  })

  it('never let a clock that says NaN pass', () => {
    expect(isActive(key({}), NaN)).toBe(false)
  })

  it.each([['2030-01-01'], [null], [NaN], [Infinity], [-Infinity], [new Date(0)]])(
    'refuse %j',
    (value) => {
      expect(reasonOf(hmac(SECRET, { notBefore: value }))).toBe(
        'the notBefore of a key is not a number of seconds',
      )
      expect(reasonOf(hmac(SECRET, { notAfter: value }))).toBe(
        'the notAfter of a key is not a number of seconds',
      )
    },
  )
})

describe('keysInOrder', () => {
  const keys = ['a', undefined, 'b', undefined, 'c'].map((kid, n) =>
    prepareKey(hmac(`${n}`.repeat(32), { kid, ...(kid === 'c' && { notAfter: 5 }) }), `#${n + 1}`),
  )
  const order = (kid: string | undefined, now = 0, alg = 'HS256'): string[] =>
    keysInOrder(keys, { alg, kid }, now).map(({ label }) => label)

  it('is that of the record for a token that names none, or one that there is not', () => {
    for (const kid of [undefined, 'x', '', '#2'])
      expect(order(kid)).toEqual(['a', '#2', 'b', '#4', 'c'])
  })

  it('has the named one first, where it is active', () => {
    expect(order('b')).toEqual(['b', 'a', '#2', '#4', 'c'])
    expect(order('c', 4.999)).toEqual(['c', 'a', '#2', 'b', '#4'])
    expect(order('c', 5)).toEqual(['a', '#2', 'b', '#4'])
  })

  it('has none of another algorithm', () => {
    expect(order('a', 0, 'RS256')).toEqual([])
  })
})

describe('secrets', () => {
  it('are at least 32 bytes (RFC 7518 section 3.2)', () => {
    const reason = 'a secret is shorter than 32 bytes (RFC 7518 section 3.2)'
    expect(reasonOf(hmac('x'.repeat(31)))).toBe(reason)
    expect(reasonOf(hmac(new Uint8Array(31)))).toBe(reason)
    expect(reasonOf(hmac(''))).toBe(reason)
    expect(prepareKey(hmac('x'.repeat(32))).material.symmetricKeySize).toBe(32)
    expect(prepareKey(hmac(new Uint8Array(32))).material.symmetricKeySize).toBe(32)
  })

  it('count in UTF-8 bytes, not in characters', () => {
    expect(prepareKey(hmac('ü'.repeat(16))).material.symmetricKeySize).toBe(32)
    expect(reasonOf(hmac('ü'.repeat(15)))).toBe(
      'a secret is shorter than 32 bytes (RFC 7518 section 3.2)',
    )
    expect(prepareKey(hmac('😀'.repeat(8))).material.symmetricKeySize).toBe(32)
  })

  it.each([[32], [null], [['x'.repeat(32)]], [{ length: 32 }], [new ArrayBuffer(32)]])(
    'are text or bytes, not %j',
    (secret) => {
      expect(reasonOf(hmac(secret))).toBe('a secret is neither a string nor a Uint8Array')
    },
  )

  it('are copied: later writes to the bytes change nothing', () => {
    const bytes = new Uint8Array(32).fill(7)
    const key = prepareKey(hmac(bytes))
    bytes.fill(0)
    expect([...key.material.export()]).toEqual(Array.from({ length: 32 }, () => 7))
  })

  describe('are no public key, in whatever spelling (CVE-2015-9235)', () => {
    const reason = 'a secret holds the text or bytes of a PEM, JWK or DER key'
    const { pem, publicKey, privateKey } = p256()
    const der = publicKey.export({ type: 'spki', format: 'der' })
    const rsaDer = rsa().publicKey.export({ type: 'spki', format: 'der' })
    const jwk = JSON.stringify(publicKey.export({ format: 'jwk' }))

    it.each<[string, string | Uint8Array]>([
      ['a PEM', pem],
      ['a PEM without its last line feed', pem.trim()],
      ['a PEM with line feeds written out', pem.replaceAll('\n', '\\n')],
      ['a PEM with CRLF', pem.replaceAll('\n', '\r\n')],
      ['a PEM behind a BOM', `\uFEFF${pem}`],
      ['a PEM behind text', `# the key of acme\n${pem}`],
      ['a PEM as bytes', Buffer.from(pem)],
      ['a private PEM', pemOf(privateKey, 'pkcs8')],
      ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAAAAAAAAAAAAAAAAAAAA==\n'],
      ['a JWK', jwk],
      ['a JWK behind a BOM and space', `\uFEFF \n${jwk}\n`],
      ['a symmetric JWK', JSON.stringify({ kty: 'oct', k: 'A'.repeat(43) })],
      ['a JWKS', `{"keys":[${jwk}]}`],
      ['DER bytes, P-256', der],
      ['DER bytes, RSA', rsaDer],
      ['DER bytes, Ed25519', ed25519().publicKey.export({ type: 'spki', format: 'der' })],
      ['DER bytes, PKCS1', rsa().publicKey.export({ type: 'pkcs1', format: 'der' })],
      ['DER bytes, private', privateKey.export({ type: 'pkcs8', format: 'der' })],
      ['DER in base64', der.toString('base64')],
      ['DER in base64 with line feeds', pem.replaceAll(/-----[^-]+-----/g, '')],
      ['DER in base64url', rsaDer.toString('base64url')],
      ['an ssh-rsa line', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ acme@example'],
      ['an ssh-ed25519 line', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA acme@example'],
      ['an ecdsa line behind space', ' ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY='],
    ])('%s', (_, secret) => {
      expect(reasonOf(hmac(secret))).toBe(reason)
    })

    it.each<[string, string | Uint8Array]>([
      ['text that begins with 0', `0${'x'.repeat(40)}`],
      ['text with ecdsa-sha2- in it', `my-ecdsa-sha2-${'x'.repeat(30)}`],
      ['text that names ssh later', `my-secret-for-ssh-rsa-${'x'.repeat(20)}`],
      ['JSON that is no key', JSON.stringify({ secret: 'x'.repeat(40) })],
      ['a JSON list', JSON.stringify(['x'.repeat(40)])],
      [
        'bytes that begin as a SEQUENCE of another length',
        Uint8Array.of(0x30, 0x1d, ...new Uint8Array(30)),
      ],
      [
        'bytes that begin as a SEQUENCE with a length of five bytes',
        Uint8Array.of(0x30, 0x85, 0, 0, 0, 0, 25, ...new Uint8Array(25)),
      ],
      ['hex', 'ab'.repeat(32)],
      ['base64', Buffer.alloc(48, 7).toString('base64')],
    ])('but %s is a secret', (_, secret) => {
      expect(prepareKey(hmac(secret)).alg).toBe('HS256')
    })

    it.each([
      ['in one byte', Buffer.concat([Buffer.of(0x30, 30), Buffer.alloc(30)])],
      ['in one byte more', Buffer.concat([Buffer.of(0x30, 0x81, 127), Buffer.alloc(127)])],
      ['in four bytes more', Buffer.concat([Buffer.of(0x30, 0x84, 0, 0, 0, 40), Buffer.alloc(40)])],
    ])('a SEQUENCE that is as long as it says %s is refused', (_, bytes) => {
      expect(reasonOf(hmac(bytes))).toBe(reason)
    })
  })
})

describe('public keys as PEM', () => {
  it('are SPKI', () => {
    for (const [alg, { pem }] of [
      ['RS256', rsa()],
      ['PS256', rsa()],
      ['ES256', p256()],
      ['EdDSA', ed25519()],
    ] as const) {
      const key = prepareKey({ alg, publicKey: pem })
      expect(key.alg).toBe(alg)
      expect(key.material.type).toBe('public')
      expect(pemOf(key.material)).toBe(pem)
    }
  })

  it('may stand between white space', () => {
    expect(prepareKey({ alg: 'ES256', publicKey: `\n\n${p256().pem} \n\n` }).alg).toBe('ES256')
  })

  it.each([[Buffer.from('x')], [7], [null], [{}]])('are text, not %j', (publicKey) => {
    expect(reasonOf({ alg: 'ES256', publicKey })).toBe('a publicKey is not PEM text')
  })

  it('are never private: createPublicKey would take one without a word', () => {
    const reason = 'a private key stands where a public key belongs'
    const { privateKey, pem } = p256()
    const pkcs8 = pemOf(privateKey, 'pkcs8')
    for (const publicKey of [
      pkcs8,
      pemOf(privateKey, 'sec1'),
      pemOf(rsa().privateKey, 'pkcs1'),
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      `${pem}${pkcs8}`,
    ])
      expect(reasonOf({ alg: 'ES256', publicKey })).toBe(reason)
  })

  it.each([
    ['PKCS1', (): string => pemOf(rsa().publicKey, 'pkcs1')],
    ['a certificate', (): string => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['two keys', (): string => p256().pem + otherP256().pem],
    ['text before it', (): string => `key: ${p256().pem}`],
    ['text behind it', (): string => `${p256().pem}x`],
    ['the base64 alone', (): string => p256().pem.replaceAll(/-----[^-]+-----/g, '')],
    ['no end', (): string => p256().pem.replace(/-----END[^]+/, '')],
    ['a JWK as text', (): string => JSON.stringify(jwkOf(p256()))],
    ['an address', (): string => 'https://acme.example/key.pem'],
    ['nothing', (): string => ''],
    ['an empty one', (): string => '-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----'],
  ])('are one SPKI PEM, not %s', (_, pem) => {
    expect(reasonOf({ alg: 'RS256', publicKey: pem() })).toBe(
      'a publicKey is not one SPKI PEM ("-----BEGIN PUBLIC KEY-----")',
    )
  })

  it('are refused where they cannot be read', () => {
    const publicKey = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'
    expect(reasonOf({ alg: 'RS256', publicKey })).toBe('a publicKey cannot be read as SPKI')
  })
})

describe('public keys as JWK', () => {
  it('are imported, with or without use, alg and key_ops', () => {
    const jwk = jwkOf(p256())
    for (const more of [
      {},
      { use: 'sig', alg: 'ES256', key_ops: ['verify'], kid: 'of the jwk' },
      { key_ops: ['sign', 'verify'] },
      { use: undefined, alg: undefined, key_ops: undefined },
    ])
      expect(
        prepareKey({ alg: 'ES256', jwk: { ...jwk, ...more } }).material.equals(p256().publicKey),
      ).toBe(true)
    expect(prepareKey({ alg: 'RS256', jwk: jwkOf(rsa()) }).material.equals(rsa().publicKey)).toBe(
      true,
    )
    expect(prepareKey({ alg: 'EdDSA', jwk: jwkOf(ed25519()) }).alg).toBe('EdDSA')
  })

  it('have the same fingerprint as the same key in PEM', () => {
    expect(prepareKey({ alg: 'ES256', jwk: jwkOf(p256()) }).fingerprint).toBe(
      prepareKey({ alg: 'ES256', publicKey: p256().pem }).fingerprint,
    )
  })

  it.each([[null], ['{}'], [[]], [7]])('are objects, not %j', (jwk) => {
    expect(reasonOf({ alg: 'ES256', jwk })).toBe('a jwk is not an object')
  })

  it('are not symmetric', () => {
    const reason = 'a jwk is symmetric: give it as a secret'
    expect(reasonOf({ alg: 'RS256', jwk: { kty: 'oct' } })).toBe(reason)
    expect(reasonOf({ alg: 'RS256', jwk: { ...jwkOf(rsa()), k: 'AAAA' } })).toBe(reason)
  })

  it('are never private', () => {
    for (const [alg, { privateKey }] of [
      ['ES256', p256()],
      ['RS256', rsa()],
      ['EdDSA', ed25519()],
    ] as const)
      expect(reasonOf({ alg, jwk: privateKey.export({ format: 'jwk' }) })).toBe(
        'a private key stands where a public key belongs',
      )
  })

  it('are for the algorithm and the use they name', () => {
    const jwk = jwkOf(p256())
    expect(reasonOf({ alg: 'ES256', jwk: { ...jwk, alg: 'ES384' } })).toBe(
      'a jwk is for another alg',
    )
    expect(reasonOf({ alg: 'RS256', jwk: { ...jwkOf(rsa()), alg: 'PS256' } })).toBe(
      'a jwk is for another alg',
    )
    expect(reasonOf({ alg: 'ES256', jwk: { ...jwk, use: 'enc' } })).toBe(
      'the use of a jwk is not "sig"',
    )
    for (const key_ops of [['sign'], [], 'verify', null])
      expect(reasonOf({ alg: 'ES256', jwk: { ...jwk, key_ops } })).toBe(
        'the key_ops of a jwk do not include "verify"',
      )
  })

  it('are refused where they cannot be read', () => {
    for (const jwk of [{}, { kty: 'RSA' }, { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }])
      expect(reasonOf({ alg: 'ES256', jwk })).toBe('a jwk cannot be read')
  })

  it('are not read through the prototype', () => {
    expect(reasonOf({ alg: 'ES256', jwk: Object.create(jwkOf(p256())) as object })).toBe(
      'a jwk cannot be read',
    )
  })
})

describe('strength', () => {
  const { e } = jwkOf(rsa()) as { e: string }
  // No prime is needed to name a modulus: the first and the last bit set make an odd number of that size.
  const modulus = (bits: number): string => {
    const bytes = Buffer.alloc(Math.ceil(bits / 8), 0)
    bytes[0] = 1 << ((bits - 1) % 8)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1
    return bytes.toString('base64url')
  }
  const rsaOf = (bits: number, exponent = e, alg = 'RS256'): object => ({
    alg,
    jwk: { kty: 'RSA', n: modulus(bits), e: exponent },
  })

  it('refuses RSA under 2048 and over 8192 bits', () => {
    const reason = 'an RSA key is not of 2048 to 8192 bits'
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const pem = pemOf(weak)
    for (const alg of ['RS256', 'PS256']) {
      expect(reasonOf({ alg, publicKey: pem })).toBe(reason)
      expect(reasonOf({ alg, jwk: weak.export({ format: 'jwk' }) })).toBe(reason)
      for (const bits of [512, 2047, 8193, 16_384])
        expect(reasonOf(rsaOf(bits, e, alg))).toBe(reason)
      for (const bits of [2048, 8192]) expect(prepareKey(rsaOf(bits, e, alg)).alg).toBe(alg)
    }
  })

  it.each([
    ['1', 'AQ'],
    ['3', 'Aw'],
    ['17', 'EQ'],
    ['65535', '__8'],
  ])('refuses the public exponent %s', (_, exponent) => {
    expect(reasonOf(rsaOf(2048, exponent))).toBe('the public exponent of an RSA key is below 65537')
  })

  it('takes 65537 and larger exponents', () => {
    expect(prepareKey(rsaOf(2048, 'AQAB')).alg).toBe('RS256')
    expect(prepareKey(rsaOf(2048, 'AQAD')).alg).toBe('RS256')
  })

  it('wants the type of key that the algorithm needs', () => {
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey
    for (const publicKey of [p256().pem, ed25519().pem, pemOf(pss)]) {
      expect(reasonOf({ alg: 'RS256', publicKey })).toBe('RS256 needs an RSA key')
      expect(reasonOf({ alg: 'PS256', publicKey })).toBe('PS256 needs an RSA key')
    }
    expect(reasonOf({ alg: 'ES256', publicKey: rsa().pem })).toBe('ES256 needs a P-256 key')
    expect(reasonOf({ alg: 'ES256', publicKey: ed25519().pem })).toBe('ES256 needs a P-256 key')
    expect(reasonOf({ alg: 'EdDSA', publicKey: p256().pem })).toBe('EdDSA needs an Ed25519 key')
    expect(reasonOf({ alg: 'EdDSA', publicKey: rsa().pem })).toBe('EdDSA needs an Ed25519 key')
  })

  it.each([['P-384'], ['P-521'], ['secp256k1']])('refuses the curve %s', (namedCurve) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve })
    expect(reasonOf({ alg: 'ES256', publicKey: pemOf(publicKey) })).toBe('ES256 needs a P-256 key')
    expect(reasonOf({ alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })).toBe(
      'ES256 needs a P-256 key',
    )
  })

  it.each([['ed448'], ['x25519'], ['x448']] as const)('refuses %s', (type) => {
    const { publicKey } = generateKeyPairSync(type as 'ed448')
    expect(reasonOf({ alg: 'EdDSA', publicKey: pemOf(publicKey) })).toBe(
      'EdDSA needs an Ed25519 key',
    )
  })
})

describe('reasons', () => {
  it('hold no key material', () => {
    const { pem, privateKey } = p256()
    const pkcs8 = pemOf(privateKey, 'pkcs8')
    const jwk = privateKey.export({ format: 'jwk' })
    const short = 'short-canary-secret'
    const texts = [
      reasonOf(hmac(short)),
      reasonOf(hmac(pem)),
      reasonOf(hmac(JSON.stringify(jwk))),
      reasonOf({ alg: 'ES256', publicKey: pkcs8 }),
      reasonOf({ alg: 'ES256', publicKey: `${pem}x` }),
      reasonOf({ alg: 'RS256', publicKey: pem }),
      reasonOf({ alg: 'ES256', jwk }),
      reasonOf({ alg: 'RS256', secret: SECRET }),
    ].join('\n')
    const lines = `${pem}${pkcs8}`.split('\n').filter((line) => /^[\w+/=]+$/.test(line))
    expect(lines.length).toBeGreaterThan(3)
    for (const part of [short, SECRET, jwk.d, jwk.x, ...lines]) expect(texts).not.toContain(part)
  })
})
