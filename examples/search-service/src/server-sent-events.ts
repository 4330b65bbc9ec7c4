import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

export interface ServerSentEvent {
  readonly event?: string
  /** An object is sent as JSON. */
  readonly data: object | string
}

/** Streams events. Everything that can fail has happened by now, so an error still has a status of its own. */
export function sendEvents(reply: FastifyReply, events: Iterable<ServerSentEvent>): FastifyReply {
  return reply.type('text/event-stream; charset=utf-8').send(Readable.from(lines(events)))
}

function* lines(events: Iterable<ServerSentEvent>): Generator<string> {
  for (const { event, data } of events) {
    const name = event === undefined ? '' : `event: ${event}\n`
    yield `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
  }
}
