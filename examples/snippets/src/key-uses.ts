// #region uses
import { subscribe } from 'node:diagnostics_channel'
import type { OutcomeEvent } from '@countersign/core'

/** How often each key of each tenant verified a token, and when it did last. */
export const uses = new Map<string, { count: number; last: Date }>()

subscribe('countersign:outcome', (message) => {
  const { tenantId, key } = message as OutcomeEvent
  if (key === undefined) return // refused, anonymous, or not about a token
  const name = `${tenantId} ${key}`
  uses.set(name, { count: (uses.get(name)?.count ?? 0) + 1, last: new Date() })
})
// #endregion
