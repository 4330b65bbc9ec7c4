// #region events
import { subscribe } from 'node:diagnostics_channel'
import type { OutcomeEvent, TenantEvent } from '@countersign/core'

subscribe('countersign:outcome', (message) => {
  const { profile, phase, tenantId, code, reason, claim, key, duration } = message as OutcomeEvent
  console.log(JSON.stringify({ profile, phase, tenantId, code, reason, claim, key, duration }))
})
subscribe('countersign:tenant', (message) => {
  const { tenant, reason } = message as TenantEvent
  console.error(`tenant ${tenant} cannot be served: ${reason}`)
})
// #endregion
