import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

/** A request with each header line as it goes over the wire: repeated names stay repeated. */
export interface RawRequest {
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  readonly body?: string | undefined
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: string
}

// Kept alive, since a client that asks for `Connection: close` could not tell whether we do.
const agent = new Agent({ keepAlive: true })

/** Sends one request, byte for byte, and reads the whole answer. */
export function send(
  { port }: { readonly port: number },
  { method = 'GET', path = '/echo', headers = [], body }: RawRequest,
): Promise<RawAnswer> {
  const lines = ['Host', `127.0.0.1:${port}`, ...headers.flat()]
  if (body !== undefined) lines.push('Content-Length', String(Buffer.byteLength(body)))
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, method, path, headers: lines, agent },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            rawHeaders: incoming.rawHeaders,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The headers that an adapter may set, and nothing that a framework adds of its own. */
export function ourHeaders({ headers }: RawAnswer): Readonly<Record<string, unknown>> {
  const names = [
    'content-type',
    'content-length',
    'www-authenticate',
    'cache-control',
    'retry-after',
    'vary',
    'connection',
  ]
  return Object.fromEntries(names.map((name) => [name, headers[name]]))
}
