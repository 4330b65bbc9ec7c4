import { compactVerify, errors } from 'jose'
import type { PreparedKey } from '../../src/keys.ts'

/** What jose says of a token and a key, through WebCrypto. @throws what is no verdict: then the runtime failed */
export async function joseSays(token: string, key: PreparedKey): Promise<boolean> {
  try {
    await compactVerify(token, key.material, { algorithms: [key.alg] })
    return true
  } catch (error) {
    // With a cause it is no verdict: jose says "failed" for a broken runtime too.
    if (error instanceof errors.JOSEError && error.cause === undefined) return false
    throw error
  }
}
