import { describe, expect, it } from 'vitest'
import type { VerifiedIdentity } from '../src/identity.ts'
import { checkRevocation, type RevocationQuery } from '../src/revocation.ts'
import { partsOf, refusalOf } from './fixtures/refusals.ts'

const identity = (over: Partial<VerifiedIdentity> = {}): VerifiedIdentity => ({
  kind: 'verified',
  tenantId: 'acme',
  userRoles: [],
  userAttributes: {},
  expiresAt: 0,
  claims: {},
  custom: undefined,
  bodyBound: false,
  ...over,
})
const check = (answer: () => unknown, timeout = 1000): unknown =>
  checkRevocation({ isRevoked: answer as () => boolean }, identity(), timeout)
const revoked = { code: 'token_revoked', reason: 'revoked', claim: undefined }
const unclear = {
  code: 'keys_unavailable',
  reason: 'the revocation store gave no verdict',
  claim: undefined,
}
const rejection = async (work: unknown): Promise<unknown> =>
  (work as Promise<unknown>).then(() => expect.unreachable(), partsOf)

describe('checkRevocation', () => {
  it('is asked about the tenant, jti, user and issue, never the token', () => {
    const asked: RevocationQuery[] = []
    const store = { isRevoked: (query: RevocationQuery): boolean => asked.push(query) < 0 }
    const inherited = Object.create({ jti: 'x' }) as Record<string, unknown>
    const identities = [
      identity(),
      identity({ userId: 'u', issuedAt: 5, claims: { jti: 'j', more: 1 } }),
      identity({ claims: { jti: 7 } }),
      identity({ claims: inherited }),
    ]
    for (const one of identities) expect(checkRevocation(store, one, 1)).toBeUndefined()
    expect(asked).toStrictEqual([
      { tenantId: 'acme' },
      { tenantId: 'acme', jti: 'j', userId: 'u', issuedAt: 5 },
      { tenantId: 'acme' },
      { tenantId: 'acme' },
    ])
  })

  it('answers at once where the store does', () => {
    expect(check(() => false)).toBeUndefined()
    expect(refusalOf(() => check(() => true))).toEqual(revoked)
  })

  it.each([[undefined], [null], [0], [''], ['false'], [1], [{}]])(
    'takes %j for no verdict',
    async (answer) => {
      expect(refusalOf(() => check(() => answer))).toEqual(unclear)
      expect(await rejection(check(() => Promise.resolve(answer)))).toEqual(unclear)
    },
  )

  it('waits for a promise, and for any thenable', async () => {
    await expect(check(async () => Promise.resolve(false))).resolves.toBeUndefined()
    expect(await rejection(check(async () => Promise.resolve(true)))).toEqual(revoked)
    // oxlint-disable-next-line unicorn/no-thenable -- what is under test
    const thenable = { then: (resolve: (value: boolean) => void): void => resolve(true) }
    expect(await rejection(check(() => thenable))).toEqual(revoked)
  })

  it('throws, rejects or times out where the store does', async () => {
    const failing = (): never => {
      throw new Error('down')
    }
    expect(() => check(failing)).toThrow('down')
    await expect(check(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
    await expect(check(() => new Promise(() => undefined), 20)).rejects.toThrow('timed out')
  })
})
