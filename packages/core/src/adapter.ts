/**
 * What every adapter is made of, ours and yours. An adapter carries values between a framework and a gate; it decides
 * nothing.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import {
  createAuthenticator,
  isAuthenticator,
  type Authenticator,
  type AuthenticatorOptions,
} from './authenticator.ts'
import { andThen, type Awaitable } from './awaitable.ts'
import { bodyState, isJson, type BodyRequest } from './body-state.ts'
import { AuthError } from './errors.ts'
import { planGuard, roleGuard, type Guard } from './guards.ts'
import type { Identity } from './identity.ts'
import { isObject } from './json.ts'
import { booleanOption, choiceOption, ownOptions } from './options.ts'
import { toProblem, type Problem } from './problem.ts'
import { carriesBody, headerText, isPreflight, type AuthRequest } from './request.ts'

export { andThen } from './awaitable.ts'

/** How an adapter behaves around its authenticator. */
export interface AdapterOptions {
  /**
   * Let a request without a token pass as anonymous. Never overrides a tenant that requires a user, nor a missing API
   * key; a bad token is never anonymous. Default: false.
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

/** What an adapter does next. */
export type Step<Custom = unknown> =
  | {
      readonly ok: true
      /** To attach to the request, where there is one by now. */
      readonly identity?: Identity<Custom> | undefined
      /** To put in the place of the parsed body, where it was bound. */
      readonly body?: unknown
      /** A header name for `Vary`. */
      readonly vary?: string | undefined
    }
  | {
      readonly ok: false
      readonly error: AuthError
      /** Hand the error to the framework instead of answering. */
      readonly throws: boolean
      readonly vary?: string | undefined
    }

/** What a gate reads of a request: Node's own, with the body where a framework keeps it, and the path before mounts. */
export type GateRequest = IncomingMessage

/** One protected part of a service, without its framework. No step throws or rejects. */
export interface Gate<Custom = unknown> {
  readonly bindsBody: boolean
  /** Phase 1: judges the headers and remembers the verdict; attaches nothing. */
  before(request: GateRequest, url?: string, optional?: boolean): Awaitable<Step<Custom>>
  /** Phase 2: binds what was parsed, and gives the identity to attach. */
  after(request: GateRequest, body: unknown): Step<Custom>
  /** Both phases, for a body that is parsed already. */
  both(request: GateRequest, body: unknown, url?: string): Awaitable<Step<Custom>>
  /** Phase 1 alone, and the identity with `bodyBound: false`. */
  unbound(request: GateRequest, url?: string, optional?: boolean): Awaitable<Step<Custom>>
  /** Lets a request through without an identity. */
  skip(request: GateRequest): Step<Custom>
  /** The identity that was attached. @throws AuthError `identity_missing` */
  identity(request: GateRequest): Identity<Custom>
}

/**
 * Makes the gate behind `countersign()`.
 *
 * @throws TypeError that names a wrong option
 */
export function createGate<Custom>(options: CountersignOptions<Custom>): Gate<Custom> {
  const { authenticator, optional, throws } = readOptions(options)
  const { profile } = authenticator
  const { header } = profile.token
  const vary = header === 'authorization' ? undefined : titleCase(header)
  /** What phase 1 found; `null` where nothing is left to do. */
  const entered = new WeakMap<GateRequest, Identity<Custom> | null>()

  const refuse = (error: AuthError): Step<Custom> => ({ ok: false, error, throws, vary })
  const pass = (request: GateRequest, identity: Identity<Custom>, body?: unknown): Step<Custom> => {
    attach(request, { identity, authenticator, throws })
    return { ok: true, identity, body, vary }
  }
  function enter(
    request: GateRequest,
    url: string | undefined,
    anonymous: unknown,
    go: (identity: Identity<Custom>) => Step<Custom>,
  ): Awaitable<Step<Custom>> {
    if (isPreflight(request)) return gate.skip(request)
    const { headers, rawHeaders, method } = request
    const view: AuthRequest = { headers, rawHeaders, method, url: url ?? request.url }
    return andThen(
      authenticator.authenticate(view, anonymous === true ? OPTIONAL : undefined),
      (outcome) => (outcome.ok ? go(outcome.identity) : refuse(outcome.error)),
    )
  }
  function bind(request: GateRequest, identity: Identity<Custom>, body: unknown): Step<Custom> {
    if (profile.body === null) return pass(request, identity)
    const state = bodyState(request, body)
    if (state === 'unread') return refuse(unread(request))
    const outcome = authenticator.bindBody(identity, state === 'none' ? undefined : body)
    return outcome.ok ? pass(request, outcome.identity, outcome.body) : refuse(outcome.error)
  }

  const gate: Gate<Custom> = {
    bindsBody: profile.body !== null,
    before: (request, url, anonymous = optional) =>
      enter(request, url, anonymous, (identity) => {
        entered.set(request, identity)
        return { ok: true, vary }
      }),
    after(request, body) {
      const identity = entered.get(request)
      if (identity === null) return { ok: true }
      if (identity === undefined)
        return isPreflight(request) ? { ok: true } : refuse(new AuthError('identity_missing'))
      return bind(request, identity, body)
    },
    both: (request, body, url) =>
      enter(request, url, optional, (identity) => bind(request, identity, body)),
    unbound: (request, url, anonymous = optional) =>
      enter(request, url, anonymous, (identity) => {
        entered.set(request, null)
        return pass(request, identity)
      }),
    skip(request) {
      entered.set(request, null)
      return { ok: true }
    },
    identity(request) {
      const found = attached(request)
      // Another authenticator's identity has other claims: its type would be a lie.
      if (found?.authenticator !== authenticator) throw new AuthError('identity_missing')
      return found.identity as Identity<Custom>
    },
  }
  return Object.freeze(gate)
}

const OPTIONAL = Object.freeze({ optional: true })

/** Lets users on that have any of these roles. @throws TypeError for none */
export function requireRole(roles: readonly string[]): (request: GateRequest) => Step {
  return guarded(roleGuard(roles))
}

/** Lets users on that have any of these plans. @throws TypeError for none */
export function requirePlan(plans: readonly string[]): (request: GateRequest) => Step {
  return guarded(planGuard(plans))
}

function guarded(guard: Guard): (request: GateRequest) => Step {
  return (request) => {
    const found = attached(request)
    const error = guard(found?.identity)
    return error === undefined ? { ok: true } : { ok: false, error, throws: found?.throws === true }
  }
}

interface Attached {
  readonly identity: Identity
  readonly authenticator: unknown
  readonly throws: boolean
}

// A symbol of our own: guards find what was verified here, and no other middleware can put it.
const ATTACHED = Symbol('countersign')

function attach(request: object, found: Attached): void {
  ;(request as { [ATTACHED]?: Attached })[ATTACHED] = found
}

function attached(request: object): Attached | undefined {
  return (request as { [ATTACHED]?: Attached })[ATTACHED]
}

function titleCase(header: string): string {
  return header.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

/** A `Vary` header with one more name. */
export function withVary(current: unknown, name: string): string {
  const text =
    typeof current === 'string' ? current : Array.isArray(current) ? current.join(', ') : ''
  const names = text.split(',').map((item) => item.trim().toLowerCase())
  if (names.includes('*') || names.includes(name.toLowerCase())) return text
  return text === '' ? name : `${text}, ${name}`
}

const LARGE_BODY = 65_536

/**
 * The answer to a refused request. Before a large body that nobody has read, it closes the connection instead of
 * reading on to the next request.
 */
export function refusal(error: AuthError, request: BodyRequest): Problem {
  const problem = toProblem(error)
  return hasLargeUnreadBody(request)
    ? { ...problem, headers: { ...problem.headers, connection: 'close' } }
    : problem
}

function hasLargeUnreadBody(request: BodyRequest): boolean {
  if (!carriesBody(request) || request.readableEnded === true) return false
  const length = headerText(request, 'content-length')
  return length === undefined || !(Number(length) <= LARGE_BODY)
}

let warned = false

function unread(request: BodyRequest): AuthError {
  if (!isJson(request))
    return new AuthError('body_unsupported', { reason: 'nobody parses this type' })
  if (!warned)
    process.emitWarning(
      'A request body reached countersign unread, so it was refused. Put the body parser before countersign(), or use ' +
        'auth.beforeBody, the parser, auth.afterBody; for uploads and proxies, auth.unbound.',
      { code: 'COUNTERSIGN_BODY_NOT_PARSED' },
    )
  warned = true
  return new AuthError('body_not_parsed', { reason: 'the body parser must stand before this' })
}

/** What one route may say for itself: `false` opens it to everyone. */
export type RouteOptions = false | { readonly optional?: true; readonly body?: 'unbound' }

/** @throws TypeError for anything that is not {@link RouteOptions} */
export function checkRoute(options: unknown, route: string): void {
  if (options === undefined || options === false) return
  const known = new Map<string, unknown>([
    ['optional', true],
    ['body', 'unbound'],
  ])
  const isKnown =
    isObject(options) &&
    Object.entries(options).every(([name, value]) => known.has(name) && known.get(name) === value)
  if (!isKnown) throw new TypeError(`countersign: route ${route} has options that are not known`)
}

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

function readOptions<Custom>(options: CountersignOptions<Custom>): {
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
