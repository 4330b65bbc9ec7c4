import type { BodyRequest } from '../body-state.ts'
import type { AuthError } from '../errors.ts'
import { toProblem, type Problem } from '../problem.ts'
import { carriesBody, headerText } from '../request.ts'

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

/** Whether a request announces more than 64 KiB, or an unknown amount, that nobody has read to its end. */
export function hasLargeUnreadBody(request: BodyRequest): boolean {
  if (!carriesBody(request) || request.readableEnded === true) return false
  const length = headerText(request, 'content-length')
  return length === undefined || !(Number(length) <= LARGE_BODY)
}

/** A `Vary` header with one more name. */
export function withVary(current: unknown, name: string): string {
  const text =
    typeof current === 'string' ? current : Array.isArray(current) ? current.join(', ') : ''
  const names = text.split(',').map((item) => item.trim().toLowerCase())
  if (names.includes('*') || names.includes(name.toLowerCase())) return text
  return text === '' ? name : `${text}, ${name}`
}
