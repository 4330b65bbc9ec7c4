import type { Awaitable, Outcome } from '@countersign/core'

/** The user's id, at once where the outcome is there; `undefined` for a refusal. */
export function identified(outcome: Awaitable<Outcome>): Awaitable<string | undefined> {
  return outcome instanceof Promise ? outcome.then(userOf) : userOf(outcome)
}

function userOf(outcome: Outcome): string | undefined {
  return outcome.ok ? outcome.identity.userId : undefined
}
