// The widget, as its maker would ship it: a chat that asks the gateway, and a client that keeps its token alive.
import {
  createFetch,
  createTokenSource,
  TokenRefreshError,
  type TokenStatus,
} from '@countersign/client'
import type { WireFilters } from '@countersign/filters'
import { addQuestion, type Found, type Pending } from './chat.ts'
import { claimsOf } from './token.ts'

export interface WidgetOptions {
  /** The tenant of the page that the widget stands in. */
  readonly tenantKey: string
  /** The first token. */
  readonly jwt: string
  /** Asks the customer's own backend for a new one. */
  readonly onTokenRefresh: () => Promise<string>
  /** The origin of the gateway. */
  readonly gateway: string
  readonly onStatus: (status: TokenStatus) => void
  /** Hears of every answer of the gateway, also of those that the client deals with by itself. */
  readonly onResponse: (response: Response) => Promise<void>
  /** Hears what an answered question was held to. */
  readonly onAnswer: (asked: WireFilters | undefined, applied: WireFilters) => void
  /** Hears of a token that another tab has got. */
  readonly onToken: (token: string) => void
}

export interface Widget {
  /** Asks in the chat. `filters` narrow what the token allows. */
  readonly ask: (question: string, filters?: WireFilters) => Promise<void>
  readonly destroy: () => void
}

function init(options: WidgetOptions): Widget {
  const { tenantKey, jwt, onTokenRefresh, gateway } = options
  const { tenantId, userId } = claimsOf(jwt)
  const source = createTokenSource({ token: jwt, onTokenRefresh, share: `${tenantId}/${userId}` })
  const send = createFetch(source, {
    origins: gateway,
    tenantKey,
    async fetch(request) {
      const response = await fetch(request)
      await options.onResponse(response.clone())
      return response
    },
  })
  const waiting = new Set<Pending>()
  const end = source.subscribe((status) => {
    options.onStatus(status)
    if (status.state === 'fresh' && status.by === 'tab') void source.get().then(options.onToken)
    if (status.state !== 'retrying') return
    const text = `The service cannot be asked just now. Trying again in ${Math.ceil(status.delay / 1000)} s.`
    for (const pending of waiting) pending.wait(text)
  })

  async function ask(question: string, filters?: WireFilters): Promise<void> {
    const pending = addQuestion(question)
    waiting.add(pending)
    try {
      const response = await send(`${gateway}/v1/ask`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ question, ...(filters && { filters }) }),
      })
      if (!response.ok) return pending.fail(...(SORRY[response.status] ?? NO_ANSWER))
      const answer = (await response.json()) as { found: readonly Found[]; filters: WireFilters }
      options.onAnswer(filters, answer.filters)
      pending.answer(answer.found)
    } catch (error) {
      const sorry = error instanceof TokenRefreshError ? SIGNED_OUT : NO_ANSWER
      pending.fail(...sorry)
    } finally {
      waiting.delete(pending)
    }
  }

  return {
    ask,
    destroy() {
      end()
      source.close()
    },
  }
}

type Sorry = readonly [title: string, text: string]

const SIGNED_OUT: Sorry = ['You are signed out', 'Sign in again to go on.']
const NO_ANSWER: Sorry = ['No answer', 'Something went wrong on the way. Ask again in a moment.']
const SORRY: Readonly<Record<number, Sorry>> = {
  401: SIGNED_OUT,
  403: ['No access here', 'Your account belongs to another customer.'],
  503: ['Still not there', 'The service could not be asked, five times in a row. Ask again later.'],
}

export const AISupportWidget = { init }
