// What the service itself refuses or cannot do, in the form of countersign's own refusals: RFC 9457.
import { CompileError } from '@countersign/filters'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DatabaseUnavailable } from './database.ts'

const TABLE = {
  body_invalid: [400, 'Bad Request', 'A member of the body is missing or malformed.'],
  not_found: [404, 'Not Found', 'There is no such route.'],
  session_unknown: [404, 'Not Found', 'There is no such chat session.'],
  body_too_large: [413, 'Content Too Large', 'The body is too large.'],
  body_unsupported: [415, 'Unsupported Media Type', 'Send application/json.'],
  internal_error: [500, 'Internal Server Error', 'The service made a mistake.'],
  search_unavailable: [503, 'Service Unavailable', 'The search cannot answer at the moment.'],
} as const

const RETRY_AFTER = 2 // seconds

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: keyof typeof TABLE
  /** A JSON pointer into the body, and what belongs there. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]

  constructor(code: keyof typeof TABLE, errors: Problem['errors'] = []) {
    super(code)
    this.code = code
    this.errors = errors
  }
}

export function bodyInvalid(pointer: string, detail: string): Problem {
  return new Problem('body_invalid', [{ pointer, detail }])
}

/** Answers any error. Nothing of the request or of the error's own text is in the answer. */
export function answerError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const { code, errors } = problemOf(error)
  const [status, title, detail] = TABLE[code]
  if (code === 'internal_error') request.log.error({ name: error.name }, 'unexpected error')
  const retry = code === 'search_unavailable'
  if (retry) reply.header('retry-after', String(RETRY_AFTER))
  reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(
      JSON.stringify({
        title,
        status,
        detail,
        code,
        action: retry ? 'retry' : 'stop',
        ...(retry && { retryAfter: RETRY_AFTER }),
        ...(errors.length > 0 && { errors }),
      }),
    )
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error
  if (error instanceof DatabaseUnavailable) return new Problem('search_unavailable')
  if (error instanceof CompileError) return bodyInvalid(knownPart(error.pointer), error.message)
  // What Fastify refuses on its own has a status.
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode === 413) return new Problem('body_too_large')
  if (statusCode === 415) return new Problem('body_unsupported')
  return statusCode < 500 ? bodyInvalid('', 'A JSON object.') : new Problem('internal_error')
}

// The pointer is into the effective filter, where the clauses of the token come first. It goes as far as the grammar's own
// words and indices do: keys are the client's, or the token's.
function knownPart(pointer: string): string {
  const known = /^(?:\/(?:attributes|\$and|\$or|\$in|\$eq|\d{1,4})(?=\/|$))*/.exec(pointer)
  return `/filters${known?.[0] ?? ''}`
}
