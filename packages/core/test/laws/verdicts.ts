import { expect } from 'vitest'
import { AuthError, toProblem, type AuthErrorCode, type Identity } from '../../src/index.ts'
import type { Parameters } from './runs.ts'

/** Every code of design section 7. */
export const CODES: readonly AuthErrorCode[] = [
  'token_missing',
  'api_key_rejected',
  'request_invalid',
  'token_rejected',
  'token_expired',
  'token_not_active',
  'token_lifetime',
  'claims_invalid',
  'token_revoked',
  'tenant_mismatch',
  'filters_missing',
  'filter_conflict',
  'insufficient_role',
  'insufficient_plan',
  'body_invalid',
  'body_unsupported',
  'keys_unavailable',
  'body_not_parsed',
  'identity_missing',
]

export type Verdict = AuthErrorCode | 'ok'

type AnyOutcome =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly error: AuthError }

/** Counts verdicts, to tell at the end that a property was not vacuous. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Fails when a property that ran in full did not reach what it is about. */
  expectReached(
    names: readonly string[],
    { isFull }: Pick<Parameters, 'isFull'>,
    atLeast = 1,
  ): void {
    if (!isFull) return
    const missed = names.filter((name) => this.of(name) < atLeast)
    expect({ missed, reached: this.text }).toEqual({ missed: [], reached: this.text })
  }

  get text(): string {
    return [...this.#counts]
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  }
}

/** Whatever went in: an outcome is one of the two, and a refusal can be sent as it is. */
export function verdictOf(outcome: AnyOutcome): Verdict {
  if (outcome.ok) {
    if (outcome.identity.kind !== 'verified' && outcome.identity.kind !== 'anonymous')
      throw new Error('an identity of no kind')
    return 'ok'
  }
  return codeOf(outcome.error)
}

/** The code of what must be an AuthError that can be sent. */
export function codeOf(error: unknown): AuthErrorCode {
  if (!(error instanceof AuthError)) expect(error).toBeInstanceOf(AuthError)
  const { code, status } = error as AuthError
  if (!CODES.includes(code)) expect(CODES).toContain(code)
  const problem = toProblem(error as AuthError)
  if (problem.status !== status || status < 400 || status > 599) expect(problem.status).toBe(status)
  return code
}
