import type { IncomingMessage, Server } from 'node:http'
import type { Readable } from 'node:stream'
import type { Awaitable, Identity } from '@countersign/core'
import type { CountersignOptions } from '@countersign/core/adapter'

/** A framework with our adapter in it: builds a running service from a neutral description. */
export interface Host {
  readonly name: string
  /** Listens on a free port of 127.0.0.1. */
  start(app: AppDescription): Promise<RunningApp>
}

export interface RunningApp {
  readonly url: string
  readonly port: number
  readonly server: Server
  close(): Promise<void>
}

/**
 * How authentication and the body parser stand to each other. Fastify knows `both halves` only, whatever the order.
 *
 * - `after-parser`: the parser, then `auth`.
 * - `around-parser`: `auth.beforeBody`, the parser, `auth.afterBody`.
 * - `unbound`: `auth.unbound`, then the parser; in Fastify `config.countersign: { body: 'unbound' }`.
 * - `no-parser`: `auth`, and nobody ever reads the body: the mistake that must not pass.
 */
export type Order = 'after-parser' | 'around-parser' | 'unbound' | 'no-parser'

/** A service, without its framework. */
export interface AppDescription {
  /** Absent: a bare service, to compare with. */
  readonly auth?: CountersignOptions
  /** A second `countersign()` within the first. */
  readonly inner?: CountersignOptions
  /** The inner one leaves the body alone: `auth.unbound`; in Fastify the route says so, and to both. */
  readonly innerUnbound?: boolean
  /** Default: `after-parser`. */
  readonly order?: Order
  /** Headers that an earlier middleware sets on every response, as a CORS middleware does. */
  readonly headers?: Readonly<Record<string, string>>
  /** A path under which authentication and routes are mounted. */
  readonly mount?: string
  readonly routes: readonly RouteDescription[]
  /** Called by the framework's own error handling, which then answers in its own way. */
  readonly onError?: (error: unknown) => void
}

export interface RouteDescription {
  /** Answers every method. */
  readonly path: string
  readonly guards?: { readonly roles?: readonly string[]; readonly plans?: readonly string[] }
  readonly handler: Handler
}

/** May throw or reject, as handlers do. */
export type Handler = (exchange: Exchange) => Awaitable<Answer>

/** What a handler finds in its framework's request. */
export interface Exchange {
  /** What is attached: `req.identity`, `ctx.state.identity`, `request.identity`. */
  readonly attached: Identity | null | undefined
  /** `auth.identity(…)` of the innermost `countersign()`. @throws AuthError `identity_missing` */
  identity(): Identity
  /** The same of the outermost, which is another one where they are nested. */
  outerIdentity(): Identity
  readonly body: unknown
  readonly raw: IncomingMessage
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it comes. */
  readonly stream?: Readable
}

/** What a handler of a bare service must not ask for. @throws TypeError */
export function present<T>(auth: T | undefined): T {
  if (auth === undefined) throw new TypeError('a bare service has no identity')
  return auth
}

/** Starts a service, and stops it after the work, whatever comes of that. */
export async function serving<T>(
  host: Host,
  app: AppDescription,
  work: (running: RunningApp) => Promise<T>,
): Promise<T> {
  const running = await host.start(app)
  try {
    return await work(running)
  } finally {
    await running.close()
  }
}
