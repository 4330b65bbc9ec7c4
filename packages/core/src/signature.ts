import { constants, createHmac, timingSafeEqual, verify } from 'node:crypto'
import type { PreparedKey } from './keys.ts'
import type { CompactToken } from './token.ts'

/** What is signed and how: the two last members of a token that was read. */
export type SignedText = Pick<CompactToken, 'signed' | 'signature'>

// RFC 7518 section 3.4: R and S, 32 bytes each; RFC 8037 section 3.1 with RFC 8032 section 5.1.6.
const ECDSA_BYTES = 64
const ED25519_BYTES = 64
const SHA256_BYTES = 32

// Two texts of 43 characters to compare: made once, and used between two lines that nothing can come between.
const HMAC_CHARS = 43
const ours = Buffer.alloc(HMAC_CHARS)
const theirs = Buffer.alloc(HMAC_CHARS)

/**
 * Whether a token was signed with a key. The algorithm is the key's own, never the token's word for it.
 *
 * The one place that does cryptography on tokens; the checks around it do not care how. It answers at once: what jose
 * does through WebCrypto waits for another thread, which costs several times the signature check itself
 * (docs/decisions/0023, docs/performance.md).
 *
 * @throws what is not a verdict (a broken runtime), which callers answer with 503
 */
export function isSignedBy(
  { signed, signature }: SignedText,
  { alg, material }: PreparedKey,
): boolean {
  if (alg === 'HS256') {
    // Both texts are in their one spelling by now, so they are equal where the bytes are.
    const mac = createHmac('sha256', material).update(signed, 'latin1').digest('base64url')
    if (mac.length !== signature.length) return false
    ours.write(mac, 'latin1')
    theirs.write(signature, 'latin1')
    return timingSafeEqual(ours, theirs)
  }
  const text = Buffer.from(signed, 'latin1')
  const bytes = Buffer.from(signature, 'base64url')
  switch (alg) {
    case 'RS256':
      return verify('sha256', text, material, bytes)
    case 'PS256': {
      // RFC 7518 section 3.5: the salt is as long as the hash.
      const padding = constants.RSA_PKCS1_PSS_PADDING
      return verify('sha256', text, { key: material, padding, saltLength: SHA256_BYTES }, bytes)
    }
    case 'ES256':
      return (
        bytes.length === ECDSA_BYTES &&
        verify('sha256', text, { key: material, dsaEncoding: 'ieee-p1363' }, bytes)
      )
    case 'EdDSA':
      return bytes.length === ED25519_BYTES && verify(null, text, material, bytes)
  }
}
