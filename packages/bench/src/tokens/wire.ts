import type { Contender } from '../harness/race.ts'
import type { Probes } from './probes.ts'

/** A request as Node's HTTP server hands it over, without its socket. */
export interface WireRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly rawHeaders: readonly string[]
}

/**
 * Tells who is asking: the user's id. Throws, or gives something else, where the token is refused.
 */
export type Verify = (request: WireRequest) => unknown

/** How a request carries its token. */
export interface Carrier {
  readonly header: 'authorization' | 'user-token'
  readonly prefix: 'Bearer ' | ''
  /** A header that each request has beside it. */
  readonly beside: readonly [name: string, value: string]
}

/**
 * Makes requests with one token after the other, again from the start after the last. The header is a new text each
 * time, as a parser makes it from the bytes of a socket: texts that were used as keys before are found faster.
 */
export function requestsWith(tokens: readonly string[], carrier: Carrier): () => WireRequest {
  const { header, prefix, beside } = carrier
  const distinct = new Map(
    tokens.map((token) => [token, Buffer.from(prefix + token, 'latin1')] as const),
  )
  const texts = tokens.map((token) => distinct.get(token) as Buffer)
  let next = 0
  return () => {
    const bytes = texts[next] as Buffer
    next = next + 1 === texts.length ? 0 : next + 1
    const value = bytes.toString('latin1')
    const headers = {
      host: 'support.example',
      connection: 'keep-alive',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      accept: 'application/json',
      'accept-language': 'en-GB,en;q=0.5',
      'accept-encoding': 'gzip, deflate, br',
      origin: 'https://customer.example',
      referer: 'https://customer.example/',
      [beside[0]]: beside[1],
      [header]: value,
    }
    return { method: 'GET', url: '/v1/messages', headers, rawHeaders: rawHeaders(headers) }
  }
}

function rawHeaders(headers: Readonly<Record<string, string>>): string[] {
  const raw: string[] = []
  for (const name in headers) raw.push(name, headers[name] as string)
  return raw
}

/** A verifier in a race: its answer is a verdict for each probe, a call verifies the token of the next request. */
export function verifierContender(
  verify: Verify,
  tokens: readonly string[],
  probes: Probes,
  carrier: Carrier,
): Contender {
  const next = requestsWith(tokens, carrier)
  return {
    async answer() {
      const verdicts: Record<string, unknown> = {}
      for (const [probe, token] of Object.entries(probes))
        verdicts[probe] = await verdictOf(verify, requestsWith([token], carrier)())
      return verdicts
    },
    call: () => verify(next()),
  }
}

async function verdictOf(verify: Verify, request: WireRequest): Promise<unknown> {
  try {
    return (await verify(request)) ?? 'refused'
  } catch {
    return 'refused'
  }
}

/** What the requests cost by themselves. */
export function emptyContender(tokens: readonly string[], carrier: Carrier): Contender {
  return { answer: () => 'nothing', call: requestsWith(tokens, carrier) }
}
