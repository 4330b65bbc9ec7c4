import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto'

/** The claims that every token of the bench has, whoever verifies it. */
export interface Claims {
  readonly iss: string
  readonly aud: string
  readonly iat: number
  readonly exp: number
  readonly [claim: string]: unknown
}

const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')

const HS256_HEADER = encode({ alg: 'HS256', typ: 'JWT' })

/** Signs as fast as Node can: floods need a million. */
export function signHs256(claims: object, secret: string | KeyObject): string {
  const input = `${HS256_HEADER}.${encode(claims)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

/** `privateKey` is a PEM; `kid` is in the header, which verifiers with key sets need. */
export function rs256Signer(privateKey: string, kid: string): (claims: object) => string {
  const key = createPrivateKey(privateKey)
  const header = encode({ alg: 'RS256', typ: 'JWT', kid })
  return (claims) => {
    const input = `${header}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  }
}
