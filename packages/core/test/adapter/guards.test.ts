import { describe, expect, it } from 'vitest'
import { createGate } from '../../src/adapter/gate.ts'
import { requirePlan, requireRole } from '../../src/adapter/guards.ts'
import { refusedStep, widget } from '../fixtures/gates.ts'
import { received } from '../fixtures/loopback.ts'
import { widgetToken } from '../fixtures/tokens.ts'

describe('requireRole and requirePlan', () => {
  const roles = {
    headers: { authorization: `Bearer ${widgetToken({ userRoles: ['agent'], plan: 'pro' })}` },
  }

  it('let on those who have one', async () => {
    const gate = createGate(widget)
    await received(roles, async (request) => {
      await gate.both(request, undefined)
      expect(requireRole(['admin', 'agent'])(request)).toEqual({ ok: true })
      expect(requirePlan(['pro'])(request)).toEqual({ ok: true })
    })
  })

  it('refuse others in the way of the gate that attached the identity', async () => {
    for (const [errors, throws] of [
      ['respond', false],
      ['throw', true],
    ] as const) {
      const gate = createGate({ ...widget, errors })
      await received(roles, async (request) => {
        await gate.both(request, undefined)
        expect(refusedStep(requireRole(['admin'])(request))).toMatchObject({
          code: 'insufficient_role',
          throws,
        })
        expect(refusedStep(requirePlan(['team'])(request))).toMatchObject({
          code: 'insufficient_plan',
          throws,
        })
      })
    }
  })

  it('are 500 without an identity, whatever another middleware put there', async () => {
    await received({}, (request) => {
      Object.assign(request, { identity: { kind: 'verified', userRoles: ['admin'], plan: 'pro' } })
      expect(refusedStep(requireRole(['admin'])(request))).toMatchObject({
        code: 'identity_missing',
        throws: false,
      })
      expect(refusedStep(requirePlan(['pro'])(request))).toMatchObject({ code: 'identity_missing' })
    })
  })

  it('are refused without a role or plan', () => {
    expect(() => requireRole([])).toThrow(
      new TypeError('requireRole: expected one or more non-empty texts'),
    )
    expect(() => requirePlan([])).toThrow(
      new TypeError('requirePlan: expected one or more non-empty texts'),
    )
  })
})
