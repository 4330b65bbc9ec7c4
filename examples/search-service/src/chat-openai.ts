import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { answerFrom, type Answer } from './answer.ts'
import { askerOf } from './asker.ts'
import { readFlag, readObject, readQuestion } from './body.ts'
import type { Search } from './search.ts'
import { sendEvents, type ServerSentEvent } from './server-sent-events.ts'

/** `POST /v1/chat/completions`, as clients of OpenAI speak it. The last message of the user is the question. */
export function openaiChat(app: FastifyInstance, search: Search): void {
  // In a scope of its own, so that the hook is for this route alone.
  app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply, payload) => {
      const type = String(reply.getHeader('content-type'))
      if (typeof payload !== 'string' || !type.startsWith('application/problem+json'))
        return payload
      const body = withError(payload)
      reply.header('content-length', Buffer.byteLength(body))
      return body
    })
    scope.post('/v1/chat/completions', async (request, reply) => {
      const body = readObject(request.body, '')
      const query = readQuestion(body['messages'], '/messages')
      const stream = readFlag(body['stream'], '/stream')
      const asker = askerOf(request.identity)
      const answer = answerFrom(await search(asker, { query, limit: 3, words: 'any' }))
      const head = {
        id: `chatcmpl-${randomUUID()}`,
        created: Math.floor(Date.now() / 1000),
        model: 'passages',
      }
      return stream ? sendEvents(reply, chunks(head, answer)) : completion(head, answer)
    })
  })
}

function completion(head: object, { parts, citations }: Answer): object {
  const content = parts.join('')
  let end = 0
  const annotations = citations.map(({ number, title, url }, index) => {
    end += parts[index]?.length ?? 0
    const end_index = content.slice(0, end).trimEnd().length // each quote ends with its number
    const start_index = end_index - `[${number}]`.length
    return { type: 'url_citation', url_citation: { start_index, end_index, title, url } }
  })
  const message = { role: 'assistant', content, refusal: null, annotations }
  const choice = { index: 0, message, finish_reason: 'stop', logprobs: null }
  return { ...head, object: 'chat.completion', choices: [choice] }
}

function* chunks(head: object, { parts }: Answer): Generator<ServerSentEvent> {
  const chunk = (delta: object, finish_reason: 'stop' | null = null): ServerSentEvent => ({
    data: {
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
    },
  })
  yield chunk({ role: 'assistant', content: '' })
  for (const content of parts) yield chunk({ content })
  yield chunk({}, 'stop')
  yield { data: '[DONE]' }
}

/** The problem document with one more member: where OpenAI's clients look for a message and a code. */
function withError(problem: string): string {
  const document = JSON.parse(problem) as { detail: string; title: string; code: string }
  const { detail: message, title: type, code } = document
  return JSON.stringify({ ...document, error: { message, type, code, param: null } })
}
