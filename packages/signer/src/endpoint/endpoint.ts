import { isPreflight, type Awaitable } from '@countersign/core'
import { booleanOption, headerText, ownOptions, type AuthRequest } from '@countersign/core/signing'
import type { Signer } from '../signer.ts'
import { corsHeaders, preflightAnswer, refusalAnswer, tokenAnswer, type Answer } from './answers.ts'
import { isOrigin, judgeOrigin, type OriginRules } from './origin.ts'

/**
 * Finds who is signed in, and says what to sign of them: what `signer.sign` takes. `null` or `undefined`: nobody. The
 * request is the framework's own, with the session on it.
 */
export type GetUser<Claims, Request> = (request: Request) => Awaitable<Claims | null | undefined>

/** How a token endpoint behaves. */
export interface TokenEndpointOptions {
  /**
   * Origins whose pages may ask beside those of the endpoint's own origin, such as `'https://docs.acme.example'`; compared
   * exactly. They get CORS headers with credentials. Default: none.
   */
  readonly origins?: readonly string[]
  /**
   * Let requests pass that have neither `Origin` nor `Sec-Fetch-Site`: apps, scripts, and old browsers, which any page can
   * make send such a request. Only for sessions that are not in a cookie. Default: false.
   */
  readonly allowMissingOrigin?: boolean
  /**
   * Hears what `getUser` threw (the page gets 503) and why `sign` refused (500). Default: a process warning, once, that says
   * neither.
   */
  readonly onError?: (error: unknown) => Awaitable<void>
}

/**
 * Makes what all token endpoints do, without a framework. It never rejects.
 *
 * @throws TypeError that names a wrong argument or option
 */
export function createTokenEndpoint<Claims, Request>(
  signer: Signer<Claims>,
  getUser: GetUser<Claims, Request>,
  options: TokenEndpointOptions,
): (request: Request, view: AuthRequest) => Promise<Answer> {
  const { rules, onError } = readOptions(signer, getUser, options)
  const allow = { allow: rules.origins.size === 0 ? 'POST' : 'POST, OPTIONS' }

  async function giveToken(request: Request): Promise<Answer> {
    let claims: Claims | null | undefined
    try {
      claims = await getUser(request)
    } catch (error) {
      report(error, onError)
      return refusalAnswer('user_unavailable')
    }
    if (claims === null || claims === undefined) return refusalAnswer('not_signed_in')
    try {
      return tokenAnswer(await signer.sign(claims), signer.expiresIn)
    } catch (error) {
      report(error, onError)
      return refusalAnswer('signing_failed')
    }
  }

  async function answer(request: Request, view: AuthRequest, isAllowed: boolean): Promise<Answer> {
    const asksFirst = isPreflight(view)
    if (!asksFirst && view.method !== 'POST') return refusalAnswer('method_not_allowed', allow)
    // Before getUser: a page that may not ask must not learn who is signed in, nor cost a look-up.
    if (!isAllowed) return refusalAnswer('origin_refused')
    return asksFirst
      ? preflightAnswer(headerText(view, 'access-control-request-headers'))
      : giveToken(request)
  }

  return async (request, view) => {
    const { isAllowed, named } = judgeOrigin(view, rules)
    const given = await answer(request, view, isAllowed)
    // On refusals too: without them a page sees a network error, and not that nobody is signed in.
    return named === undefined
      ? given
      : { ...given, headers: { ...given.headers, ...corsHeaders(named) } }
  }
}

const WHERE = 'tokenEndpoint'

function readOptions(
  signer: Signer<never>,
  getUser: unknown,
  options: TokenEndpointOptions,
): { rules: OriginRules; onError: TokenEndpointOptions['onError'] } {
  if (typeof (signer as Partial<typeof signer> | null | undefined)?.sign !== 'function')
    throw new TypeError(`${WHERE}: the first argument must come from createSigner`)
  if (typeof getUser !== 'function')
    throw new TypeError(`${WHERE}: the second argument must be a function`)
  const names = ['origins', 'allowMissingOrigin', 'onError'] as const
  const { origins = [], allowMissingOrigin, onError } = ownOptions(WHERE, options, names, names)
  if (
    !Array.isArray(origins) ||
    !origins.every((item) => typeof item === 'string' && isOrigin(item))
  )
    throw new TypeError(
      `${WHERE}: option "origins" must be a list of origins as browsers write them, such as "https://docs.acme.example"`,
    )
  if (onError !== undefined && typeof onError !== 'function')
    throw new TypeError(`${WHERE}: option "onError" must be a function`)
  const name = `${WHERE}: option "allowMissingOrigin"`
  const allowMissing = booleanOption(name, allowMissingOrigin, false)
  return { rules: { origins: new Set(origins), allowMissing }, onError }
}

let warned = false

function report(error: unknown, onError: TokenEndpointOptions['onError']): void {
  if (onError !== undefined) return void tell(error, onError)
  if (!warned)
    process.emitWarning(
      'A token endpoint failed. Give tokenEndpoint the option "onError" to learn why.',
      {
        code: 'COUNTERSIGN_TOKEN_ENDPOINT',
      },
    )
  warned = true
}

// What listens for errors must not make one more, whether it throws or rejects.
async function tell(error: unknown, onError: (error: unknown) => unknown): Promise<void> {
  try {
    await onError(error)
  } catch {
    // There is nobody left to tell.
  }
}
