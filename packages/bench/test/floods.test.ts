import { describe, expect, it } from 'vitest'
import { FLOOD_NAMES } from '../src/floods/floods.ts'
import { runFlood } from '../src/floods/run-flood.ts'
import { respell } from '../src/floods/spellings.ts'
import { TINY } from '../src/harness/size.ts'
import { zipfVisits } from '../src/tenants/visits.ts'
import { nowInSeconds, widgetToken } from '../src/tokens/widget.ts'

describe('floods', () => {
  it.each(FLOOD_NAMES)('count what came of: %s', async (name) => {
    const result = await runFlood(name, TINY.flood)
    expect(result.requests).toBe(TINY.flood)
    expect(result.wall).toBeGreaterThan(0)
    expect(result.stillKnown).toBe(100)
    expect(result.cached).toBe(name.startsWith('good') ? TINY.flood : 0)
    expect(result.directoryCalls).toBeLessThanOrEqual(TINY.flood)
  })
})

describe('respell', () => {
  const token = widgetToken('tenant-0', 'user-0', nowInSeconds())
  const spellings = Array.from({ length: 5000 }, (_, number) => respell(token, number))

  it('gives different texts', () => {
    expect(new Set(spellings).size).toBeGreaterThan(4900)
    expect(spellings).not.toContain(token)
  })

  it('gives the same bytes to a decoder that skips what it does not know', () => {
    const bytes = (text: string) =>
      Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url').toString('hex')
    const lenient = spellings.filter((text) => !text.includes('='))
    expect(lenient.length).toBeGreaterThan(1000)
    expect(new Set(lenient.map(bytes))).toEqual(new Set([bytes(token)]))
  })
})

describe('zipfVisits', () => {
  it('has the first visitor come most often, and keeps to those there are', () => {
    const visits = zipfVisits(100, 20_000)
    const times = (visitor: number) => visits.filter((other) => other === visitor).length
    expect(Math.max(...visits)).toBeLessThan(100)
    // 1 in 5.19, 1 in 10.4, 1 in 52
    expect(times(0) / 20_000).toBeCloseTo(0.193, 1)
    expect(times(0)).toBeGreaterThan(1.6 * times(1))
    expect(times(1)).toBeGreaterThan(3 * times(9))
  })
})
