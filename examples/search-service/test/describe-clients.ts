// Clients that nobody here wrote, as their users install them.
import { InkeepAI } from '@inkeep/ai-api'
import { SDKError } from '@inkeep/ai-api/models/errors/index.js'
import OpenAI, { AuthenticationError, BadRequestError, PermissionDeniedError } from 'openai'
import { describe, expect, it } from 'vitest'
import { createToken, type Integration } from '../src/customers.ts'
import type { Context } from './service.ts'

export function describeClients(context: Context): void {
  const PREVIEW = 'How do I deploy a preview?'
  const BACKUP = 'How do I restore a backup?'
  const NOTHING = 'I found nothing about that in the articles that you may see.'

  describe('openai', () => {
    const client = ({ apiKey }: Integration, token?: string): OpenAI =>
      new OpenAI({
        baseURL: `${context.service.url}/v1`,
        apiKey,
        maxRetries: 0,
        ...(token !== undefined && { defaultHeaders: { 'User-Token': token } }),
      })
    const ask = (content: string) => ({
      model: 'any',
      messages: [
        { role: 'system' as const, content: 'Answer briefly.' },
        { role: 'user' as const, content },
      ],
    })

    it('gets an answer that quotes what the token allows, with citations', async () => {
      const openai = client(context.service.customers.acme, context.users.developer)
      const completion = await openai.chat.completions.create(ask(PREVIEW))
      expect(completion.object).toBe('chat.completion')
      const [choice] = completion.choices
      const { content, annotations = [] } = choice!.message
      expect(choice!.finish_reason).toBe('stop')
      expect(content).toContain('Every branch gets a preview of its own.')
      expect(content).toMatch(
        /^\[1\] Deploy a preview: https:\/\/help\.acme\.example\/deploy-preview$/m,
      )
      expect(annotations[0]!.url_citation.url).toBe('https://help.acme.example/deploy-preview')
      const marks = annotations.map(({ url_citation: { start_index, end_index } }) =>
        content!.slice(start_index, end_index),
      )
      expect(marks).toEqual(['[1]', '[2]', '[3]'])
    })

    it('gets the same answer as a stream', async () => {
      const openai = client(context.service.customers.acme, context.users.developer)
      const whole = await openai.chat.completions.create(ask(PREVIEW))
      const stream = await openai.chat.completions.create({ ...ask(PREVIEW), stream: true })
      const chunks = await listOf(stream)
      const deltas = chunks.map(({ choices }) => choices[0]!.delta)
      expect(deltas.map(({ content }) => content ?? '').join('')).toBe(
        whole.choices[0]!.message.content,
      )
      expect(deltas[0]!.role).toBe('assistant')
      expect(chunks.length).toBeGreaterThan(3)
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
      expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('stop')
    })

    it('takes the last message of the user, in parts too', async () => {
      const openai = client(context.service.customers.acme, context.users.operator)
      const { choices } = await openai.chat.completions.create({
        model: 'any',
        messages: [
          { role: 'user', content: PREVIEW },
          { role: 'assistant', content: NOTHING },
          { role: 'user', content: [{ type: 'text', text: BACKUP }] },
        ],
      })
      expect(choices[0]!.message.content).toMatch(/^Backups are taken each hour/)
    })

    it('is told when the token allows nothing that answers', async () => {
      const openai = client(context.service.customers.acme, context.users.developer)
      const { choices } = await openai.chat.completions.create(ask(BACKUP))
      expect(choices[0]!.message.content).toBe(NOTHING)
    })

    it.each([
      ['without a token', (acme: Integration) => client(acme), 'token_missing'],
      [
        'with an expired token',
        (acme: Integration) => client(acme, createToken(acme, { filters: DEV }, -1)),
        'token_expired',
      ],
      [
        'with a token that was tampered with',
        (acme: Integration) => client(acme, tamper(context.users.developer)),
        'token_rejected',
      ],
      [
        'with a wrong API key',
        (acme: Integration) => client({ ...acme, apiKey: 'key_wrong' }, context.users.developer),
        'api_key_rejected',
      ],
    ])('throws its AuthenticationError, with the code, %s', async (_how, clientFor, code) => {
      const openai = clientFor(context.service.customers.acme)
      const error = await openai.chat.completions.create(ask(PREVIEW)).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(AuthenticationError)
      expect(error).toMatchObject({ status: 401, code })
      expect((error as AuthenticationError).headers.get('www-authenticate')).toMatch(/^Bearer /)
      const stream = openai.chat.completions.create({ ...ask(PREVIEW), stream: true })
      await expect(stream).rejects.toBeInstanceOf(AuthenticationError)
    })

    it('throws its PermissionDeniedError and its BadRequestError, with the code', async () => {
      const { acme, globex } = context.service.customers
      const denied = client(globex, context.users.developer).chat.completions.create(ask(PREVIEW))
      await expect(denied).rejects.toBeInstanceOf(PermissionDeniedError)
      await expect(denied).rejects.toMatchObject({ code: 'tenant_mismatch' })
      const empty = client(acme, context.users.developer).chat.completions.create(ask(' '))
      await expect(empty).rejects.toBeInstanceOf(BadRequestError)
      await expect(empty).rejects.toMatchObject({
        code: 'body_invalid',
        message: '400 A member of the body is missing or malformed.',
      })
    })
  })

  describe('@inkeep/ai-api', () => {
    const client = ({ apiKey }: Integration): InkeepAI =>
      new InkeepAI({ serverURL: context.service.url, apiKey })
    const withToken = (token: string) => ({ fetchOptions: { headers: { 'User-Token': token } } })
    const begin = (content: string) => ({
      integrationId: 'int_acme',
      chatSession: { messages: [{ role: 'user' as const, content }] },
    })
    const next = (content: string) => ({
      integrationId: 'int_acme',
      message: { role: 'user' as const, content },
    })

    it('begins a chat and goes on with it', async () => {
      const { chatSession } = client(context.service.customers.acme)
      const begun = await chatSession.create(begin(BACKUP), withToken(context.users.operator))
      const { chatSessionId = '', message } = begun.chatResult ?? {}
      expect(message!.content).toMatch(/^Backups are taken each hour/)
      expect(message!.recordsCited!.citations[0]).toMatchObject({
        number: 1,
        record: { type: 'documentation', title: 'Restore a backup' },
        hitUrl: 'https://help.acme.example/restore-backup',
      })
      const question = next('How do I sign in with SAML?')
      const gone = await chatSession.continue(
        chatSessionId,
        question,
        withToken(context.users.operator),
      )
      expect(gone.chatResult!.chatSessionId).toBe(chatSessionId)
      expect(gone.chatResult!.message.content).toMatch(/^Upload the metadata/)
    })

    it('streams both', async () => {
      const { chatSession } = client(context.service.customers.acme)
      const asked = { ...begin(BACKUP), stream: true }
      const begun = await chatSession.create(asked, withToken(context.users.operator))
      const events = await listOf(begun.chatResultStream!)
      expect(events.at(-1)).toMatchObject({
        event: 'records_cited',
        data: { citations: [{ number: 1, record: { title: 'Restore a backup' } }] },
      })
      const chunks = events.flatMap((event) =>
        event.event === 'message_chunk' ? [event.data] : [],
      )
      expect(chunks.map(({ contentChunk }) => contentChunk).join('')).toMatch(/^Backups are taken/)
      expect(chunks.at(-1)!.finishReason).toBe('stop')
      const [id, ...others] = new Set(chunks.map(({ chatSessionId }) => chatSessionId))
      expect(others).toEqual([])

      const more = { ...next('How do I sign in with SAML?'), stream: true }
      const gone = await chatSession.continue(id!, more, withToken(context.users.operator))
      const [first] = await listOf(gone.chatResultStream!)
      expect(first).toMatchObject({
        event: 'message_chunk',
        data: { chatSessionId: id, contentChunk: expect.stringMatching(/^Upload the metadata/) },
      })
    })

    it('throws its SDKError with 401, and with the problem document', async () => {
      const { chatSession } = client(context.service.customers.acme)
      const refused = async (call: Promise<unknown>): Promise<[number, unknown]> => {
        const error: unknown = await call.catch((thrown: unknown) => thrown)
        if (!(error instanceof SDKError)) throw error
        return [error.statusCode, JSON.parse(error.body)]
      }
      expect(await refused(chatSession.create(begin(BACKUP)))).toMatchObject([
        401,
        { code: 'token_missing', action: 'refresh' },
      ])
      const expired = createToken(context.service.customers.acme, { filters: DEV }, -1)
      expect(
        await refused(chatSession.continue('cs_1', next(BACKUP), withToken(expired))),
      ).toMatchObject([401, { code: 'token_expired', action: 'refresh' }])
      expect(
        await refused(chatSession.create(begin(''), withToken(context.users.operator))),
      ).toMatchObject([400, { errors: [{ pointer: '/chat_session/messages/0/content' }] }])
      expect(
        await refused(
          chatSession.continue('../admin?x', next(BACKUP), withToken(context.users.operator)),
        ),
      ).toMatchObject([404, { code: 'session_unknown' }])
    })
  })

  const DEV = { attributes: { env: 'dev' } }

  async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = []
    for await (const item of items) list.push(item)
    return list
  }

  /** The same token, with another filter in its payload. */
  function tamper(token: string): string {
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const other = JSON.stringify({ ...claims, filters: { attributes: { env: 'prod' } } })
    return [header, Buffer.from(other).toString('base64url'), signature].join('.')
  }
}
