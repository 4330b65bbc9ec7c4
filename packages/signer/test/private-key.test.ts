import { createPrivateKey, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { AsymmetricAlgorithm } from '@countersign/core'
import { describe, expect, test } from 'vitest'
import type { PrivateKeyInput } from '../src/index.ts'
import {
  ed25519,
  keysFor,
  p256,
  pem,
  rsa,
  searchGateway,
  searchSigner,
} from './fixtures/signers.ts'

const PASSPHRASE = 'correct horse battery staple'

function encrypted(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1'): string {
  const options = { type, format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE }
  return key.export(options as { type: 'pkcs8'; format: 'pem' }).toString()
}

describe('takes', () => {
  test.each<[string, AsymmetricAlgorithm, PrivateKeyInput, string?]>([
    ['PKCS#8 PEM, as `openssl genpkey` writes it', 'RS256', pem(rsa().privateKey)],
    [
      'PKCS#1 PEM, as `openssl genrsa -traditional` writes it',
      'RS256',
      pem(rsa().privateKey, 'pkcs1'),
    ],
    ['encrypted PKCS#8', 'RS256', encrypted(rsa().privateKey, 'pkcs8'), PASSPHRASE],
    ['encrypted PKCS#1', 'RS256', encrypted(rsa().privateKey, 'pkcs1'), PASSPHRASE],
    ['a private JWK', 'RS256', rsa().privateKey.export({ format: 'jwk' })],
    [
      'a private JWK that says what it is for',
      'RS256',
      {
        ...rsa().privateKey.export({ format: 'jwk' }),
        alg: 'RS256',
        use: 'sig',
        key_ops: ['sign'],
      },
    ],
    ['a KeyObject', 'RS256', rsa().privateKey],
    ['an RSA key for PS256', 'PS256', pem(rsa().privateKey)],
    ['a P-256 key in PKCS#8', 'ES256', pem(p256().privateKey)],
    ['a P-256 key in SEC 1', 'ES256', pem(p256().privateKey, 'sec1')],
    ['a P-256 key in encrypted SEC 1', 'ES256', encrypted(p256().privateKey, 'sec1'), PASSPHRASE],
    ['a P-256 key as JWK', 'ES256', p256().privateKey.export({ format: 'jwk' })],
    ['an Ed25519 key in PKCS#8', 'EdDSA', pem(ed25519().privateKey)],
    ['an Ed25519 key as JWK', 'EdDSA', ed25519().privateKey.export({ format: 'jwk' })],
    [
      'PEM with CRLF, indented',
      'RS256',
      `\r\n  ${pem(rsa().privateKey).replaceAll('\n', '\r\n  ')} `,
    ],
    [
      'PEM with text before it, as `openssl pkcs12` writes it',
      'RS256',
      `Bag Attributes\n${pem(rsa().privateKey)}`,
    ],
  ])('%s', async (_name, algorithm, privateKey, passphrase) => {
    const signer = searchSigner(algorithm, {
      privateKey,
      ...(passphrase !== undefined && { passphrase }),
    })
    const token = await signer.sign({ userId: 'u' })
    expect((await searchGateway(algorithm).verify(token)).userId).toBe('u')
  })
})

function reason(
  privateKey: unknown,
  algorithm: AsymmetricAlgorithm = 'RS256',
  passphrase?: string,
): string {
  try {
    searchSigner(algorithm, {
      privateKey: privateKey as PrivateKeyInput,
      ...(passphrase !== undefined && { passphrase }),
    })
  } catch (error) {
    if (error instanceof TypeError)
      return error.message.replace('createSigner: option "privateKey": ', '')
    throw error
  }
  return 'it was taken'
}

const jwkOf = (algorithm: AsymmetricAlgorithm): Record<string, unknown> => ({
  ...keysFor[algorithm]().privateKey.export({ format: 'jwk' }),
})

describe('refuses, with the reason', () => {
  const PUBLIC = 'a public key stands where a private key belongs'

  test.each<[string, unknown, string]>([
    ['a public key in SPKI', pem(rsa().publicKey, 'spki'), PUBLIC],
    ['a public key in PKCS#1', pem(rsa().publicKey, 'pkcs1'), PUBLIC],
    ['a public key as KeyObject', rsa().publicKey, PUBLIC],
    ['a public key as JWK', rsa().publicKey.export({ format: 'jwk' }), PUBLIC],
    [
      'a secret as KeyObject',
      createSecretKey(Buffer.alloc(32)),
      'a secret stands where a private key belongs',
    ],
    [
      'a secret as JWK',
      { kty: 'oct', k: 'AAAA' },
      'the JSON Web Key is symmetric: it stands where a private key belongs',
    ],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      'a certificate stands where a private key belongs',
    ],
    [
      'a key of ssh-keygen',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----',
      'a key in OpenSSH format; `ssh-keygen -p -m PKCS8 -f <file>` converts it',
    ],
    ['a path', 'private_key.pem', 'it is not PEM text ("-----BEGIN PRIVATE KEY-----")'],
    ['an empty text', '', 'it is not PEM text ("-----BEGIN PRIVATE KEY-----")'],
    [
      'an environment variable whose line ends were lost',
      pem(rsa().privateKey).replaceAll('\n', '\\n'),
      'the PEM text has the two characters "\\n" where its lines should end',
    ],
    ['half a key', pem(rsa().privateKey).slice(0, 400), 'the key cannot be read: it is damaged'],
    [
      'bytes',
      Buffer.from(pem(rsa().privateKey)),
      'it is neither PEM text, a JSON Web Key nor a KeyObject',
    ],
    ['null', null, 'it is neither PEM text, a JSON Web Key nor a KeyObject'],
    [
      'a JWK for another algorithm',
      { ...jwkOf('RS256'), alg: 'PS256' },
      'the JSON Web Key is not for RS256: option "algorithm" says for what',
    ],
    [
      'a JWK for encryption',
      { ...jwkOf('RS256'), use: 'enc' },
      'the use of the JSON Web Key is not "sig"',
    ],
    [
      'a JWK that does not sign',
      { ...jwkOf('RS256'), key_ops: ['decrypt'] },
      'the key_ops of the JSON Web Key do not include "sign"',
    ],
    [
      'a JWK whose key_ops are no list',
      { ...jwkOf('RS256'), key_ops: 'sign' },
      'the key_ops of the JSON Web Key do not include "sign"',
    ],
    [
      'a JWK without its primes',
      { kty: 'RSA', n: jwkOf('RS256')['n'], e: 'AQAB', d: 'AQAB' },
      'the JSON Web Key cannot be read',
    ],
    [
      'an RSA key of 1024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
      'an RSA key is not of 2048 to 8192 bits',
    ],
    [
      'an RSA key with the exponent 3',
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey,
      'the public exponent of an RSA key is below 65537',
    ],
    ['a P-256 key for RS256', p256().privateKey, 'RS256 needs an RSA key'],
  ])('%s', (_name, privateKey, expected) => {
    expect(reason(privateKey)).toBe(expected)
  })

  test('a key for another algorithm', () => {
    expect(reason(rsa().privateKey, 'ES256')).toBe('ES256 needs a P-256 key')
    expect(reason(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, 'ES256')).toBe(
      'ES256 needs a P-256 key',
    )
    expect(reason(p256().privateKey, 'EdDSA')).toBe('EdDSA needs an Ed25519 key')
    expect(reason(p256().privateKey, 'PS256')).toBe('PS256 needs an RSA key')
  })

  test('an encrypted key without its passphrase, or with another', () => {
    for (const text of [
      encrypted(rsa().privateKey, 'pkcs8'),
      encrypted(rsa().privateKey, 'pkcs1'),
    ]) {
      expect(reason(text)).toBe('the key is encrypted, and option "passphrase" is missing')
      expect(reason(text, 'RS256', 'another')).toBe(
        'the key cannot be read: the passphrase does not open it, or it is damaged',
      )
    }
  })

  test('a passphrase that opens nothing', () => {
    expect(reason(pem(rsa().privateKey), 'RS256', PASSPHRASE)).toBe(
      'the key is not encrypted, and option "passphrase" is given',
    )
    expect(reason(rsa().privateKey, 'RS256', PASSPHRASE)).toBe(
      'only PEM text can have a passphrase',
    )
    expect(reason(pem(rsa().privateKey), 'RS256', '')).toBe(
      'createSigner: option "passphrase" must be a non-empty string',
    )
  })

  test('two halves that do not belong together: every token would be rejected', () => {
    // Some versions of Node see it when they read the key.
    const refusal =
      /^the (?:JSON Web Key cannot be read|private and the public half of the key do not belong together)$/
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const { x, y } = ec.export({ format: 'jwk' })
    expect(reason({ ...jwkOf('ES256'), x, y }, 'ES256')).toMatch(refusal)
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    const { n } = other.export({ format: 'jwk' })
    expect(reason({ ...jwkOf('RS256'), n })).toMatch(refusal)
  })
})

test('the key stays what it was when the JWK is changed afterwards', async () => {
  const privateKey = jwkOf('ES256')
  const signer = searchSigner('ES256', { privateKey })
  Object.assign(
    privateKey,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  )
  expect((await searchGateway().verify(await signer.sign({ userId: 'u' }))).userId).toBe('u')
  expect(createPrivateKey({ key: privateKey, format: 'jwk' }).type).toBe('private')
})
