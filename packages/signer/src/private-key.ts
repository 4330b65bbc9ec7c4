import {
  createPrivateKey,
  createPublicKey,
  KeyObject,
  sign,
  verify,
  type JsonWebKey,
} from 'node:crypto'
import type { AsymmetricAlgorithm } from '@countersign/core'
import { isPlainObject, prepareKey } from '@countersign/core/signing'

/** A private JSON Web Key (RFC 7517). */
export type PrivateJwk = Readonly<JsonWebKey> & {
  readonly alg?: string
  readonly kid?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
}

/** PEM text (PKCS#8, PKCS#1, SEC 1; encrypted with a passphrase), a JSON Web Key, or Node's own. */
export type PrivateKeyInput = string | PrivateJwk | KeyObject

/**
 * Imports a private key, or says why it cannot sign. What a gateway will ask of its public half is asked here.
 *
 * @throws Error with the reason as its message; never a part of the key
 */
export function importPrivateKey(
  input: unknown,
  alg: AsymmetricAlgorithm,
  passphrase: string | undefined,
): KeyObject {
  if (typeof input !== 'string' && passphrase !== undefined)
    throw new Error('only PEM text can have a passphrase')
  const key = typeof input === 'string' ? importPem(input, passphrase) : importObject(input, alg)
  const publicKey = createPublicKey(key)
  prepareKey({ alg, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() })
  checkHalves(key, publicKey, alg)
  return key
}

function importPem(text: string, passphrase: string | undefined): KeyObject {
  const pem = text.replaceAll(/^[ \t]+/gm, '') // as it is indented in a program or a YAML file
  const label = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----/.exec(pem)?.[1]
  if (label === undefined) throw new Error(whyNotPem(pem))
  if (label === 'OPENSSH PRIVATE KEY')
    throw new Error('a key in OpenSSH format; `ssh-keygen -p -m PKCS8 -f <file>` converts it')
  if (!/\n/.test(pem.trim()) && /\\n/.test(pem))
    throw new Error('the PEM text has the two characters "\\n" where its lines should end')
  // PKCS#8 says it in its label, the older kinds in a header (RFC 1421 section 4.6.1.1).
  const isEncrypted = label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: *4, *ENCRYPTED/m.test(pem)
  if (isEncrypted && passphrase === undefined)
    throw new Error('the key is encrypted, and option "passphrase" is missing')
  if (!isEncrypted && passphrase !== undefined)
    throw new Error('the key is not encrypted, and option "passphrase" is given')
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(isEncrypted && { passphrase }) })
  } catch {
    const why = isEncrypted ? 'the passphrase does not open it, or it is damaged' : 'it is damaged'
    throw new Error(`the key cannot be read: ${why}`)
  }
}

function whyNotPem(text: string): string {
  if (/-----BEGIN [A-Z ]*PUBLIC KEY-----/.test(text)) return PUBLIC
  if (/-----BEGIN CERTIFICATE-----/.test(text))
    return 'a certificate stands where a private key belongs'
  return 'it is not PEM text ("-----BEGIN PRIVATE KEY-----")'
}

const PUBLIC = 'a public key stands where a private key belongs'

function importObject(input: unknown, alg: AsymmetricAlgorithm): KeyObject {
  if (input instanceof KeyObject) {
    if (input.type === 'public') throw new Error(PUBLIC)
    if (input.type === 'secret') throw new Error('a secret stands where a private key belongs')
    return input
  }
  if (!isPlainObject(input))
    throw new Error('it is neither PEM text, a JSON Web Key nor a KeyObject')
  return importJwk(Object.assign(Object.create(null) as PrivateJwk, input), alg)
}

function importJwk(jwk: PrivateJwk, alg: AsymmetricAlgorithm): KeyObject {
  if (jwk.kty === 'oct' || jwk.k !== undefined)
    throw new Error('the JSON Web Key is symmetric: it stands where a private key belongs')
  if (jwk.d === undefined) throw new Error(PUBLIC)
  if (jwk.alg !== undefined && jwk.alg !== alg)
    throw new Error(`the JSON Web Key is not for ${alg}: option "algorithm" says for what`)
  if (jwk.use !== undefined && jwk.use !== 'sig')
    throw new Error('the use of the JSON Web Key is not "sig"')
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('sign')))
    throw new Error('the key_ops of the JSON Web Key do not include "sign"')
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new Error('the JSON Web Key cannot be read')
  }
}

// A JSON Web Key spells both halves out, and nothing says that they belong together until something is signed.
function checkHalves(key: KeyObject, publicKey: KeyObject, alg: AsymmetricAlgorithm): void {
  const digest = alg === 'EdDSA' ? null : 'sha256'
  const probe = Buffer.from('countersign')
  if (!verify(digest, probe, publicKey, sign(digest, probe, key)))
    throw new Error('the private and the public half of the key do not belong together')
}
