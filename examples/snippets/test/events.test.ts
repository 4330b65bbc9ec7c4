import { channel } from 'node:diagnostics_channel'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createApp } from '../src/optional.ts'
import { acme, get, serve } from './customer.ts'

it('writes a line for a refusal, without the token, and one for a tenant that cannot be served', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => {
    log.mockRestore()
    error.mockRestore()
  })
  await import('../src/events.ts')
  const url = await serve(createApp([acme]))
  await get(`${url}/articles`, { authorization: 'Bearer not-a-token' })
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)) as object)
  expect(lines).toEqual([
    {
      profile: 'support-widget',
      phase: 'authenticate',
      code: 'token_rejected',
      reason: expect.any(String) as string,
      duration: expect.any(Number) as number,
    },
  ])
  channel('countersign:tenant').publish({ tenant: '"ten_bad"', reason: 'no keys' })
  expect(error.mock.calls).toEqual([['tenant "ten_bad" cannot be served: no keys']])
})
