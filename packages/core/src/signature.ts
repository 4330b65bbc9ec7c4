import { compactVerify, errors } from 'jose'
import type { PreparedKey } from './keys.ts'

/**
 * Whether a compact JWS was signed with a key. The algorithm is the key's own, never the token's word for it.
 *
 * The one place that does cryptography on tokens; the checks around it do not care how.
 *
 * @throws what is not a verdict (a broken runtime), which callers answer with 503
 */
export async function isSignedBy(token: string, key: PreparedKey): Promise<boolean> {
  try {
    await compactVerify(token, key.material, { algorithms: [key.alg] })
    return true
  } catch (error) {
    // With a cause it is no verdict: the runtime failed, and jose says "failed" for that too.
    if (error instanceof errors.JOSEError && error.cause === undefined) return false
    throw error
  }
}
