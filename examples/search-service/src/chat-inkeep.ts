import type { FastifyInstance, FastifyReply } from 'fastify'
import { answerFrom, type Answer } from './answer.ts'
import { askerOf, type Asker } from './asker.ts'
import { readContent, readFlag, readObject, readQuestion } from './body.ts'
import { Problem } from './problems.ts'
import type { Search } from './search.ts'
import { sendEvents, type ServerSentEvent } from './server-sent-events.ts'
import type { Sessions } from './sessions.ts'

const PATH = '/v0/chat_sessions'

/**
 * `POST /v0/chat_sessions/chat_results` begins a chat, `POST /v0/chat_sessions/{id}/chat_results` goes on with it, as
 * `@inkeep/ai-api` speaks them. Each turn searches afresh, under the filter of the token that came with it.
 */
export function inkeepChat(app: FastifyInstance, search: Search, sessions: Sessions): void {
  const find = async (asker: Asker, query: string): Promise<Answer> =>
    answerFrom(await search(asker, { query, limit: 3, words: 'any' }))

  app.post(`${PATH}/chat_results`, async (request, reply) => {
    const body = readObject(request.body, '')
    const session = readObject(body['chat_session'], '/chat_session')
    const query = readQuestion(session['messages'], '/chat_session/messages')
    const stream = readFlag(body['stream'], '/stream')
    const asker = askerOf(request.identity)
    const answer = await find(asker, query)
    return send(reply, await sessions.begin(asker), answer, stream)
  })

  app.post<{ Params: { id: string } }>(`${PATH}/:id/chat_results`, async (request, reply) => {
    const body = readObject(request.body, '')
    const query = readContent(body['message'], '/message')
    const stream = readFlag(body['stream'], '/stream')
    const asker = askerOf(request.identity)
    const { id } = request.params
    if (!(await sessions.resume(id, asker))) throw new Problem('session_unknown')
    return send(reply, id, await find(asker, query), stream)
  })
}

function send(reply: FastifyReply, id: string, answer: Answer, stream: boolean): unknown {
  if (stream) return sendEvents(reply, events(id, answer))
  const content = answer.parts.join('')
  const message = { role: 'assistant', content, records_cited: recordsCited(answer) }
  return { chat_session_id: id, message }
}

function* events(id: string, answer: Answer): Generator<ServerSentEvent> {
  const chunk = (content_chunk: string, finish_reason: 'stop' | null): ServerSentEvent => ({
    event: 'message_chunk',
    data: { chat_session_id: id, content_chunk, finish_reason },
  })
  for (const part of answer.parts) yield chunk(part, null)
  yield chunk('', 'stop')
  yield { event: 'records_cited', data: recordsCited(answer) }
}

function recordsCited({ citations }: Answer): object {
  return {
    citations: citations.map(({ number, title, url }) => ({
      number,
      record: { type: 'documentation', title, url },
      hit_url: url,
    })),
  }
}
