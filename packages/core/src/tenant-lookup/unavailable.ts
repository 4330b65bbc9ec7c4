import { AuthError } from '../errors.ts'

/** The refusal of a request whose tenant cannot be told. The reason is for the operator's log. */
export function unavailable(reason = 'the tenant directory'): AuthError {
  return new AuthError('keys_unavailable', { reason })
}
