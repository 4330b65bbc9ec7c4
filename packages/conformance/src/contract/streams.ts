import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { searchToken } from '../fixtures/search.ts'
import { widgetToken } from '../fixtures/widget.ts'
import { serving, type Host, type RunningApp } from '../hosts/host.ts'
import { posting, userToken } from './case.ts'
import { problemOf } from './problem.ts'
import { ourHeaders, send } from './raw-client.ts'
import { echo, search, widget } from './services.ts'

const MEGABYTE = 1024 * 1024

/** Sections 6 and 7: nothing is held back, nothing is swallowed. */
export function describeStreams(host: Host): void {
  describe('streams', () => {
    it('a streamed answer arrives chunk by chunk', async () => {
      const stream = new PassThrough()
      const routes = [{ path: '/', handler: () => ({ stream }) }]
      await serving(host, { auth: widget(), routes }, async (app) => {
        stream.write('first')
        const incoming = await open(app, widgetToken())
        const chunks = incoming.setEncoding('utf8')[Symbol.asyncIterator]()
        expect((await chunks.next()).value).toBe('first')
        for (const chunk of ['second', 'third']) {
          // Written only when the one before has arrived: a buffer anywhere would wait for ever.
          stream.write(chunk)
          expect((await chunks.next()).value).toBe(chunk)
        }
        stream.end()
        expect((await chunks.next()).done).toBe(true)
      })
    })

    it('HEAD of an answer has the headers of GET and no body', () =>
      serving(host, { auth: search(), routes: [{ path: '/echo', handler: echo }] }, async (app) => {
        const good = userToken(searchToken())
        const got = await send(app, good)
        const headed = await send(app, { ...good, method: 'HEAD' })
        expect(headed).toMatchObject({ status: 200, body: '' })
        expect(ourHeaders(headed)).toStrictEqual(ourHeaders(got))
      }))

    describe.each([
      ['with Content-Length', `Content-Length: ${MEGABYTE}`, (text: string) => text],
      [
        'chunked',
        'Transfer-Encoding: chunked',
        (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`,
      ],
    ])('a body of 1 MB %s', (_name, framing, frame) => {
      it('is refused before it was sent, and the connection closes', () =>
        serving(host, { auth: search(), order: 'around-parser', routes: [] }, async (app) => {
          const { socket, server } = await dial(app)
          socket.write(requestHead(framing))
          // Not one byte of the body: an adapter that reads it first never answers.
          expectRefusal(await readToEnd(socket))
          expect(server.bytesRead).toBeLessThan(4096)
        }))

      it('is not swallowed', () =>
        serving(host, { auth: search(), order: 'around-parser', routes: [] }, async (app) => {
          const { socket, server } = await dial(app)
          socket.write(requestHead(framing))
          const piece = frame('x'.repeat(16_384))
          const answer = readToEnd(socket)
          // Written as fast as the connection takes it, until the server has had enough.
          const sent = push(socket, piece, MEGABYTE / 16_384)
          await once(server, 'close')
          await sent
          expect(server.bytesRead).toBeLessThan(MEGABYTE / 2)
          await answer
        }))
    })

    it('a small body is read on, and the connection stays', () =>
      serving(host, { auth: search(), order: 'around-parser', routes: [] }, async (app) => {
        const refused = await send(app, posting(userToken('a.b.c'), { text: 'x'.repeat(60_000) }))
        expect(refused.headers.connection).toBe('keep-alive')
      }))

    it('a large body that was read already closes nothing', () =>
      serving(host, { auth: search(), routes: [] }, async (app) => {
        // Fastify refuses before it reads.
        const closes = host.name.startsWith('Fastify')
        const refused = await send(app, posting(userToken('a.b.c'), { text: 'x'.repeat(70_000) }))
        expect(refused.status).toBe(401)
        expect(refused.headers.connection).toBe(closes ? 'close' : 'keep-alive')
      }))
  })
}

function open(app: RunningApp, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest(
      {
        host: '127.0.0.1',
        port: app.port,
        path: '/',
        headers: { Authorization: `Bearer ${token}` },
      },
      resolve,
    )
      .on('error', reject)
      .end()
  })
}

/** A connection, and the server's end of it. */
async function dial(app: RunningApp): Promise<{ socket: Socket; server: Socket }> {
  const accepted = once(app.server, 'connection')
  const socket = connect(app.port, '127.0.0.1')
  socket.on('error', () => undefined) // the server hangs up while this end still writes
  const [server] = (await accepted) as [Socket]
  return { socket, server }
}

function requestHead(framing: string): string {
  return [
    'POST /echo HTTP/1.1',
    'Host: service.example',
    'Authorization: Bearer api-key-of-docs',
    'User-Token: a.b.c',
    'Content-Type: application/json',
    framing,
    '',
    '',
  ].join('\r\n')
}

function readToEnd(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
  })
}

async function push(socket: Socket, piece: string, times: number): Promise<void> {
  const closed = once(socket, 'close').catch(() => undefined)
  for (let i = 0; i < times && socket.writable; i += 1)
    if (!socket.write(piece))
      await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
}

function expectRefusal(text: string): void {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 401 /)
  expect(head).toMatch(/^connection: close$/im)
  expect(JSON.parse(body)).toStrictEqual(problemOf('token_rejected'))
}
