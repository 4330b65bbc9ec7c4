import { createAuthenticator, isAuthenticator, type Authenticator } from '../authenticator.ts'
import type { AuthenticatorOptions } from '../authenticator-options.ts'
import { booleanOption, choiceOption, ownOptions } from '../options.ts'

/** How an adapter behaves around its authenticator. */
export interface AdapterOptions {
  /**
   * Let a request without a token pass as anonymous. Never overrides a tenant that requires a user, nor a missing API
   * key; a bad token is never anonymous. Has no effect on a profile with API keys: the key names the tenant, and only its
   * `requireUser: false` opens it. Default: false.
   */
  readonly optional?: boolean
  /**
   * `'respond'`: answer a refusal here, with a problem document. `'throw'`: hand the `AuthError` to the framework's own
   * error handling. Default: `'respond'`.
   */
  readonly errors?: 'respond' | 'throw'
}

/** What `countersign()` takes: an authenticator, or what makes one, and how to behave. */
export type CountersignOptions<Custom = unknown> =
  | Authenticator<Custom>
  | (AdapterOptions & { readonly authenticator: Authenticator<Custom> })
  | (AdapterOptions & AuthenticatorOptions<Custom>)

/** Takes options of an adapter's own out of those of `countersign()`. */
export function splitOptions<T extends object, K extends keyof T & string>(
  options: T,
  names: readonly K[],
): { own: Pick<T, K>; rest: Omit<T, K> } {
  const own = Object.create(null) as Pick<T, K>
  if (typeof options !== 'object' || options === null || isAuthenticator(options))
    return { own, rest: options }
  const rest = { ...options }
  for (const name of names) {
    if (Object.hasOwn(rest, name)) own[name] = rest[name]
    delete rest[name]
  }
  return { own, rest }
}

/** @throws TypeError that names a wrong option */
export function readAdapterOptions<Custom>(options: CountersignOptions<Custom>): {
  authenticator: Authenticator<Custom>
  optional: boolean
  throws: boolean
} {
  if (isAuthenticator(options)) return { authenticator: options, optional: false, throws: false }
  if (typeof options !== 'object' || options === null)
    throw new TypeError('countersign: expected an options object or an authenticator')
  const { own, rest } = splitOptions(options as AdapterOptions, ['optional', 'errors'])
  const optional = booleanOption('countersign: option "optional"', own.optional, false)
  const errors = choiceOption(
    'countersign: option "errors"',
    own.errors,
    ['respond', 'throw'],
    'respond',
  )
  return {
    authenticator: readAuthenticator<Custom>(rest),
    optional,
    throws: errors === 'throw',
  }
}

function readAuthenticator<Custom>(rest: object): Authenticator<Custom> {
  if (!Object.hasOwn(rest, 'authenticator'))
    return createAuthenticator(rest as AuthenticatorOptions<Custom>)
  const given = rest as { authenticator: Authenticator<Custom> }
  const { authenticator } = ownOptions('countersign', given, ['authenticator'])
  if (!isAuthenticator(authenticator))
    throw new TypeError('countersign: option "authenticator" must come from createAuthenticator')
  return authenticator
}
