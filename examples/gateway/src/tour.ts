// Sends every step to the gateway over HTTP, and holds what comes back against what is expected.
import { isDeepStrictEqual } from 'node:util'
import type { WireFilters } from '@countersign/filters'
import type { Customers } from './customers.ts'
import { describeQuery, describeUser } from './describe.ts'
import type { Sighting } from './gateway.ts'
import { searchSteps, supportSteps, type Step } from './steps.ts'
import { heading, line, type Line, type Paint } from './table.ts'

export interface TourOptions {
  readonly url: string
  readonly customers: Customers
  /** What handlers saw since the last call. */
  readonly takeSightings: () => readonly Sighting[]
  readonly paint: Paint
  readonly print: (text: string) => void
}

/** Runs through every step. Tells whether all came out as expected. */
export async function tour(options: TourOptions): Promise<boolean> {
  const { customers, paint, print } = options
  let wrong = 0
  const run = async (steps: readonly Step[]): Promise<void> => {
    for (const step of steps) {
      const shown = await take(step, options)
      if (!shown.ok) wrong += 1
      print(line(paint, shown))
    }
  }

  const support = supportSteps(customers)
  print(heading(paint, '/support', 'HS256 with a secret per tenant, in Authorization: Bearer'))
  await run(support)
  const search = searchSteps(customers)
  print(heading(paint, '/search', 'RS256 in User-Token, beside an API key; the body is held to it'))
  await run(search)

  const total = support.length + search.length
  print(
    wrong === 0
      ? paint('green', `\nAll ${total} requests came out as expected.`)
      : paint('red', `\n${wrong} of ${total} requests did not come out as expected.`),
  )
  return wrong === 0
}

async function take(step: Step, { url, takeSightings }: TourOptions): Promise<Line> {
  const { sent, path, headers, body, expect } = step
  const response = await fetch(url + path, {
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  const { code = '', action = '' } = (await response.json()) as { code?: string; action?: string }
  const answer = { status: response.status, code, action }
  const seen = takeSightings().map((sighting) => describeSighting(sighting, step))

  const ok =
    'code' in expect
      ? isDeepStrictEqual(answer, expect) && seen.length === 0
      : isDeepStrictEqual(answer, { status: 200, code: '', action: '' }) &&
        isDeepStrictEqual(seen, [expect])
  const notes = seen.flatMap(({ user, filters, dropped }) => [
    `└ handler: ${user}`,
    ...(filters === undefined ? [] : [`  filter:  ${filters}`]),
    ...(dropped === undefined ? [] : [`  dropped: ${dropped}`]),
  ])
  return {
    ok,
    sent,
    ...answer,
    notes: ok ? notes : [...notes, `  expected ${JSON.stringify(expect)}`],
  }
}

interface Seen {
  readonly user: string
  readonly filters?: string
  readonly dropped?: string
}

function describeSighting(sighting: Sighting, { body }: Step): Seen {
  const asked = body?.['filters'] as WireFilters | undefined
  const wanted = asked && describeQuery(asked.attributes)
  const { filters } = sighting
  const held = filters && describeQuery(filters.attributes)
  return {
    user: describeUser(sighting),
    ...(held !== undefined && { filters: held }),
    ...(wanted !== undefined && !held?.includes(wanted) && { dropped: wanted }),
  }
}
