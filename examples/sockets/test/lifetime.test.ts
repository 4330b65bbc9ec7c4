import { createHmac } from 'node:crypto'
import { createAuthenticator, defineProfile, supportWidget } from '@countersign/core'
import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { roundTrip, start } from './harness.ts'

const DAY = 86_400 // seconds

it('a token that lives for 30 days does not end its socket at once: timers overflow at 2^31 ms', async () => {
  const warnings: Error[] = []
  const warn = (warning: Error): void => void warnings.push(warning)
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))

  const secret = 'x'.repeat(40)
  const { name: _name, custom: _custom, ...profile } = supportWidget()
  const authenticator = createAuthenticator({
    profile: defineProfile({ ...profile, name: 'kiosk', maxLifetime: 40 * DAY } as never),
    tenants: [{ id: 'ten_acme', keys: [{ alg: 'HS256', secret }] }],
  })
  const { enter } = await start({ authenticator, clock: systemClock })
  const now = Math.floor(Date.now() / 1000)
  const claims = { tenantId: 'ten_acme', userId: 'usr_42', iat: now, exp: now + 30 * DAY }
  const segment = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${segment({ alg: 'HS256' })}.${segment(claims)}`
  const client = await enter(
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`,
  )
  for (let times = 0; times < 10; times += 1) await roundTrip(client)
  client.say({ type: 'message', text: 'hello' })
  expect(await client.next()).toMatchObject({ id: 1 })
  expect(warnings).toEqual([])
})

it('a timer of the service does not keep the process alive', () => {
  const set = vi.spyOn(globalThis, 'setTimeout')
  onTestFinished(() => set.mockRestore())
  const cancel = systemClock.timer(() => undefined, 60_000)
  expect(set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false])
  cancel()
})
