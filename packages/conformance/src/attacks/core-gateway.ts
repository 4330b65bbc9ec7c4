import type { IncomingHttpHeaders } from 'node:http'
import { inspect } from 'node:util'
import {
  createAuthenticator,
  toProblem,
  type AuthError,
  type AuthRequest,
  type Identity,
} from '@countersign/core'
import type { RequestParts, Seen, Target } from './attack.ts'
import type { Answer, Gateway } from './run.ts'
import { targetOptions, TARGETS } from './targets.ts'
import type { World } from './world.ts'

/** The core alone: `authenticate` with the headers as Node hands them on, then `bindBody` where there is a body. */
export function coreGateway(world: World): Gateway {
  const gates = new Map(
    TARGETS.map((target) => {
      const { optional = false, ...options } = targetOptions(target, world)
      return [target, { optional, authenticator: createAuthenticator(options) }]
    }),
  )
  return {
    kind: 'core',
    async send(target: Target, parts: RequestParts): Promise<Answer> {
      const gate = gates.get(target)
      if (gate === undefined) throw new Error(`no target "${target}"`)
      const { authenticator, optional } = gate
      const outcome = await authenticator.authenticate(asRequest(parts), { optional })
      if (!outcome.ok) return refused(outcome.error)
      if (parts.body === undefined) return passed(outcome.identity, undefined)
      const bound = authenticator.bindBody(outcome.identity, JSON.parse(parts.body))
      return bound.ok ? passed(bound.identity, bound.body) : refused(bound.error)
    },
  }
}

/** What a handler that is handed these sees. */
export function seenOf(identity: Identity | null | undefined, body: unknown): Seen {
  const bound = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return {
    ...(identity?.kind !== undefined && { kind: identity.kind }),
    ...(identity?.tenantId !== undefined && { tenantId: identity.tenantId }),
    ...(identity?.userId !== undefined && { userId: identity.userId }),
    ...(identity?.filters !== undefined && { filters: identity.filters }),
    ...(Object.hasOwn(bound, 'filters') && { bodyFilters: bound['filters'] }),
    ...(Object.hasOwn(bound, 'userAttributes') && { bodyAttributes: bound['userAttributes'] }),
  }
}

function passed(identity: Identity, body: unknown): Answer {
  const seen = JSON.parse(JSON.stringify(seenOf(identity, body))) as Seen
  return { status: 200, code: null, seen, text: '' }
}

function refused(error: AuthError): Answer {
  const text = inspect([error, error.toJSON(), error.headers, toProblem(error)], { depth: null })
  return { status: error.status, code: error.code, text }
}

/** A request as Node's own parser would hand it on. */
export function asRequest({ headers: sent, joined, method }: RequestParts): AuthRequest {
  const headers: IncomingHttpHeaders = {}
  for (const [given, value] of sent) {
    const name = given.toLowerCase()
    const first = Object.hasOwn(headers, name) ? (headers[name] as string) : undefined
    // Node keeps the first Authorization and joins what it does not know.
    if (first === undefined) headers[name] = value
    else if (name !== 'authorization') headers[name] = `${first}, ${value}`
    else if (joined) headers[name] = `${first}, ${value}`
  }
  return {
    headers,
    ...(joined !== true && { rawHeaders: sent.flat() }),
    ...(method !== undefined && { method }),
  }
}
