import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'

/** An answer as it came. */
export interface RawAnswer {
  /** 0: the connection was closed without one. */
  readonly status: number
  readonly head: string
  readonly body: string
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer | undefined
}

const TIMEOUT_MS = 20_000

/**
 * Sends a request byte for byte and reads the one answer to it. Neither Node's client nor `fetch` will do: both
 * refuse to write what an attacker writes without a second thought.
 */
export function sendRaw(url: URL, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = open(url)
    socket.setTimeout(TIMEOUT_MS, () => {
      reject(new Error(`no answer within ${TIMEOUT_MS} ms`))
      socket.destroy()
    })
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A server that refuses a large head closes while it is still being written.
    socket.on('error', (error) => {
      if ((error as { code?: string }).code === 'ECONNREFUSED') reject(error)
    })
    socket.on('close', () => resolve(readAnswer(Buffer.concat(chunks))))
    socket.write(Buffer.concat([headOf(url, request), request.body ?? Buffer.alloc(0)]))
  })
}

function open({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return protocol === 'https:'
    ? connectSecure({ host, port: Number(port || 443), servername: host })
    : connectPlain({ host, port: Number(port || 80) })
}

function headOf(url: URL, { method, path, headers, body }: RawRequest): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: close',
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  const text = `${lines.join('\r\n')}\r\n\r\n`
  // Header values are bytes; what is beyond them is sent as UTF-8, as browsers' neighbours do.
  return Buffer.from(text, /^[\0-\xff]*$/.test(text) ? 'latin1' : 'utf8')
}

function readAnswer(bytes: Buffer): RawAnswer {
  const text = bytes.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0)
  if (end < 0) return { status, head: text, body: '' }
  const head = text.slice(0, end)
  const rest = bytes.subarray(end + 4)
  const body = /^transfer-encoding:.*chunked/im.test(head) ? unchunk(rest) : rest
  return { status, head, body: body.toString('utf8') }
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at)
    const size = line < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (!(size > 0)) return Buffer.concat(parts)
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
