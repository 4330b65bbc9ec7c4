import {
  AuthError,
  closeCode,
  identitySignal,
  type Authenticator,
  type VerifiedIdentity,
} from '@countersign/core'
import type { WebSocket } from 'ws'
import type { Clock } from './clock.ts'
import type { Desk, Message } from './desk.ts'
import type { Frame } from './frames.ts'
import { createWire } from './wire.ts'

export interface Bench {
  readonly authenticator: Authenticator
  readonly desk: Desk
  readonly clock: Clock
}

const FIRST_TOKEN_MS = 5000

/**
 * One WebSocket. Nothing is heard or said before a token was accepted, and nothing after its `exp`. A client stays by
 * sending a new token of the same user in time.
 */
export function serveConnection(socket: WebSocket, token: string | undefined, bench: Bench): void {
  const { authenticator, desk, clock } = bench
  const wire = createWire(socket, clock, hear)
  let identity: VerifiedIdentity | undefined
  let watch = new AbortController()
  let authenticating = false

  // #region refresh
  async function authenticate(text: string): Promise<void> {
    if (authenticating) return wire.end(1008, 'authenticate_pending')
    authenticating = true
    try {
      const next = await authenticator.verify(text)
      if (!wire.gone.aborted) accept(next)
    } catch (error) {
      if (!(error instanceof AuthError)) wire.end(1011, 'internal_error')
      // An outage: whoever is here stays until their own `exp`, and may try again.
      else if (identity !== undefined && error.action === 'retry') refuse(error)
      else endFor(error)
    } finally {
      authenticating = false
    }
  }

  function accept(next: VerifiedIdentity): void {
    const previous = identity
    if (previous !== undefined) {
      if (next.tenantId !== previous.tenantId) return endFor(new AuthError('tenant_mismatch'))
      if (next.userId !== previous.userId) return wire.end(4403, 'user_mismatch')
    }
    watch.abort() // the old token no longer ends this connection
    watch = new AbortController()
    const { now, timer } = clock
    const valid = identitySignal(authenticator, next, { until: watch.signal, now, timer })
    if (valid.aborted) return endFor(valid.reason as AuthError)
    valid.addEventListener('abort', () => endFor(valid.reason as AuthError))
    identity = next
    wire.send({ type: 'authenticated', expiresAt: next.expiresAt })
    if (previous === undefined) desk.follow(next, tell, wire.gone)
  }

  function endFor(error: AuthError): void {
    wire.end(closeCode(error), error.code)
  }
  // #endregion

  function hear(frame: Frame): void {
    if (frame.type === 'authenticate') return void authenticate(frame.token)
    if (identity === undefined) return endFor(new AuthError('token_missing'))
    if (hasExpired(identity)) return endFor(new AuthError('token_expired'))
    if (frame.type === 'resume') return desk.since(identity, frame.after).forEach(tell)
    const { text, to } = frame
    if (to === undefined) {
      if (!desk.ask(identity, text)) wire.send({ type: 'refused', code: 'busy', action: 'retry' })
    } else if (identity.userRoles.includes('agent'))
      desk.say({ tenantId: identity.tenantId, userId: to }, 'agent', text)
    else refuse(new AuthError('insufficient_role'))
  }

  function tell(message: Message): void {
    if (identity === undefined || hasExpired(identity)) endFor(new AuthError('token_expired'))
    else wire.send({ type: 'message', ...message })
  }

  // A timer can be late: the clock jumped, or the machine slept.
  function hasExpired({ expiresAt }: VerifiedIdentity): boolean {
    return !(clock.now() < expiresAt * 1000)
  }

  function refuse({ code, action, retryAfter }: AuthError): void {
    wire.send({ type: 'refused', code, action, ...(retryAfter !== undefined && { retryAfter }) })
  }

  const cancelDeadline = clock.timer(() => {
    if (identity === undefined) endFor(new AuthError('token_missing'))
  }, FIRST_TOKEN_MS)
  wire.gone.addEventListener('abort', () => {
    watch.abort()
    cancelDeadline()
  })
  if (token !== undefined) void authenticate(token)
}
