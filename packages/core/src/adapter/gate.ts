import type { IncomingMessage } from 'node:http'
import { readsUrl, type Outcome } from '../authenticator.ts'
import type { Awaitable } from '../awaitable.ts'
import { bodyState, isJson, type BodyRequest } from '../body-state.ts'
import { AuthError } from '../errors.ts'
import { reportRefusal } from '../events.ts'
import type { Identity } from '../identity.ts'
import { isPreflight, type AuthRequest } from '../request.ts'
import { attach, attached, type AttachedBy } from './attached.ts'
import { countingFor, Note } from './note.ts'
import { readAdapterOptions, type CountersignOptions } from './options.ts'
import type { Route } from './route-options.ts'

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

/**
 * The step that changes nothing. Every member is spelled out, so that none is read from a polluted prototype.
 */
export const GO_ON: Extract<Step<never>, { ok: true }> = Object.freeze({
  ok: true,
  identity: undefined,
  body: undefined,
  vary: undefined,
})

/** Node's own request; the body, and the URL before mounts, are given beside it. */
export type GateRequest = IncomingMessage

/** One protected part of a service, without its framework. No step throws or rejects for any request. */
export interface Gate<Custom = unknown> {
  /** Whether the second phase has anything to do. */
  readonly bindsBody: boolean
  /** Whether the URL decides anything, so that the one before mounts is to be given. */
  readonly readsUrl: boolean
  /** Phase 1: judges the headers and remembers the verdict; attaches nothing. */
  readonly before: (
    request: GateRequest,
    url?: string,
    optional?: boolean,
  ) => Awaitable<Step<Custom>>
  /** Phase 2: binds what was parsed, and gives the identity to attach. */
  readonly after: (request: GateRequest, body: unknown) => Step<Custom>
  /** Both phases, for a body that is parsed already, or a profile that reads none. */
  readonly both: (
    request: GateRequest,
    body: unknown,
    url?: string,
    optional?: boolean,
  ) => Awaitable<Step<Custom>>
  /** Phase 1 alone, and the identity with `bodyBound: false`. */
  readonly unbound: (
    request: GateRequest,
    url?: string,
    optional?: boolean,
  ) => Awaitable<Step<Custom>>
  /** The phase, or both, that a route asks for at its start. `isLast`: `after` is called only to bind a body. */
  readonly enter: (
    request: GateRequest,
    route: Route,
    isLast: boolean,
    url?: string,
  ) => Awaitable<Step<Custom>>
  /** Lets a request through without an identity. */
  readonly skip: (request: GateRequest) => Step<Custom>
  /** The identity that was attached. @throws AuthError `identity_missing` */
  readonly identity: (request: GateRequest) => Identity<Custom>
}

/**
 * Makes the gate behind `countersign()`.
 *
 * @throws TypeError that names a wrong option
 */
export function createGate<Custom>(options: CountersignOptions<Custom>): Gate<Custom> {
  const { authenticator, optional, throws } = readAdapterOptions(options)
  const { profile } = authenticator
  const by: AttachedBy = { authenticator, profile: profile.name, throws }
  const { header } = profile.token
  const vary = header === 'authorization' ? undefined : titleCase(header)
  // A name of this gate alone, since another one may stand around it.
  const ENTERED: unique symbol = Symbol('countersign.entered')
  type Marked = { [ENTERED]?: Entered<Custom> }
  const note = (found: Entered<Custom>): boolean => {
    try {
      ;(found.request as Marked)[ENTERED] = found
      return true
    } catch {
      return false
    }
  }

  const refuse = (error: AuthError): Step<Custom> => ({ ok: false, error, throws, vary })
  /** Refuses for what only a gate can see, so that the operator hears of it as well. */
  const deny = (error: AuthError, identity?: Identity<Custom>): Step<Custom> => {
    reportRefusal('bind', profile.name, identity?.tenantId, error)
    return refuse(error)
  }
  /** For a request to which nothing can be added: what stands behind would not find its identity. */
  const closed = (identity?: Identity<Custom>): Step<Custom> =>
    deny(new AuthError('identity_missing', { reason: 'the request takes no members' }), identity)
  const pass = (request: GateRequest, identity: Identity<Custom>, body?: unknown): Step<Custom> => {
    return attach(request, identity, by) ? { ok: true, identity, body, vary } : closed(identity)
  }
  /** Judges, and goes on with the identity and the body. No function is made for a token seen before. */
  function judge(
    request: GateRequest,
    url: string | undefined,
    isOptional: boolean,
    go: Next<Custom>,
    body?: unknown,
  ): Awaitable<Step<Custom>> {
    if (isPreflight(request)) return gate.skip(request)
    const asked = gate.readsUrl ? withUrl(request, url ?? request.url) : request
    const outcome = authenticator.authenticate(asked, isOptional ? OPTIONAL : undefined)
    return outcome instanceof Promise
      ? goOnLater(outcome, request, go, body)
      : goOn(outcome, request, go, body)
  }
  async function goOnLater(
    outcome: Promise<Outcome<Custom>>,
    request: GateRequest,
    go: Next<Custom>,
    body: unknown,
  ): Promise<Step<Custom>> {
    return goOn(await outcome, request, go, body)
  }
  function goOn(
    outcome: Outcome<Custom>,
    request: GateRequest,
    go: Next<Custom>,
    body: unknown,
  ): Step<Custom> {
    return outcome.ok ? go(request, outcome.identity, body) : refuse(outcome.error)
  }
  function bind(request: GateRequest, identity: Identity<Custom>, body: unknown): Step<Custom> {
    if (profile.body === null) return pass(request, identity)
    const state = bodyState(request, body)
    if (state === 'unread') return deny(unread(request), identity)
    // Where there was nothing to parse, a parser may have left an empty object: the handler gets the signed filters in
    // it, but it cannot be asked to name a tenant.
    const absent = state === 'none'
    const parsed = absent ? (body ?? undefined) : body
    const outcome = authenticator.bindBody(identity, parsed, { absent })
    return outcome.ok ? pass(request, outcome.identity, outcome.body) : refuse(outcome.error)
  }
  /** For the second phase. */
  function keep(request: GateRequest, identity: Identity<Custom>): Step<Custom> {
    return note(new Entered(request, identity, false)) ? { ...GO_ON, vary } : closed(identity)
  }
  function passUnbound(request: GateRequest, identity: Identity<Custom>): Step<Custom> {
    return note(new Entered(request, identity, true)) ? pass(request, identity) : closed(identity)
  }

  const gate: Gate<Custom> = {
    bindsBody: profile.body !== null,
    readsUrl: readsUrl(authenticator),
    before: (request, url, own = optional) => judge(request, url, own === true, keep),
    after(request, body) {
      const found = countingFor(request, (request as Marked)[ENTERED])
      if (found === undefined)
        return isPreflight(request) ? GO_ON : deny(new AuthError('identity_missing'))
      const { identity, unbound } = found
      if (identity === undefined) return GO_ON
      // Attached again: a gate around this one may have attached its own since.
      return unbound ? pass(request, identity) : bind(request, identity, body)
    },
    both: (request, body, url, own = optional) => judge(request, url, own === true, bind, body),
    unbound: (request, url, own = optional) => judge(request, url, own === true, passUnbound),
    enter(request, route, isLast, url) {
      if (route.open) return gate.skip(request)
      // What binds a body has to be asked again once it is parsed, whatever its caller says.
      if (isLast && !gate.bindsBody) return gate.both(request, undefined, url, route.optional)
      const phase = route.unbound || !gate.bindsBody ? gate.unbound : gate.before
      return phase(request, url, route.optional)
    },
    skip(request) {
      return note(new Entered<Custom>(request, undefined, false)) ? GO_ON : closed()
    },
    identity(request) {
      const found = attached(request)
      // Another authenticator's identity has other claims: its type would be a lie.
      if (found?.by.authenticator !== authenticator) throw new AuthError('identity_missing')
      return found.identity as Identity<Custom>
    },
  }
  return Object.freeze(gate)
}

const OPTIONAL = Object.freeze({ optional: true })

/** What is done once it is known who is asking. */
type Next<Custom> = (
  request: GateRequest,
  identity: Identity<Custom>,
  body: unknown,
) => Step<Custom>

function withUrl(
  { headers, rawHeaders, method }: GateRequest,
  url: string | undefined,
): AuthRequest {
  return { headers, rawHeaders, method, url }
}

/** What phase 1 found, and whether a body is still to be bound to it; no identity where nothing is left to do. */
class Entered<Custom> extends Note {
  readonly identity: Identity<Custom> | undefined
  readonly unbound: boolean

  constructor(request: GateRequest, identity: Identity<Custom> | undefined, unbound: boolean) {
    super(request)
    this.identity = identity
    this.unbound = unbound
  }
}

function titleCase(header: string): string {
  return header.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
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
