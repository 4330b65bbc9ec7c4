import type { VerifiedIdentity } from '@countersign/core'

export interface Message {
  /** Counts up in its conversation. */
  readonly id: number
  readonly from: 'user' | 'agent' | 'assistant'
  readonly text: string
}

/** Whose conversation: a user is somebody else under another tenant. */
export type Owner = Pick<VerifiedIdentity, 'tenantId' | 'userId'>

/** What answers a user at once. */
export type Answer = (text: string, owner: Owner) => Promise<string>

/** The conversations, in memory, each of them bounded. */
export interface Desk {
  readonly say: (owner: Owner, from: Message['from'], text: string) => void
  /** The user says something, and is answered sooner or later. False: too many questions are open. */
  readonly ask: (owner: Owner, text: string) => boolean
  /** What was said after a message; everything that is kept, where that message is not known. */
  readonly since: (owner: Owner, id: number) => readonly Message[]
  /** Hears what is said from now on, until the signal aborts. */
  readonly follow: (owner: Owner, hear: (message: Message) => void, until: AbortSignal) => void
}

interface Conversation {
  readonly messages: Message[]
  readonly followers: Set<(message: Message) => void>
  lastId: number
  open: number
}

const MOST_CONVERSATIONS = 10_000
const MOST_MESSAGES = 100
const MOST_OPEN = 8

export function createDesk(answer: Answer): Desk {
  const conversations = new Map<string, Conversation>()

  function find(owner: Owner): Conversation {
    const key = JSON.stringify([owner.tenantId, owner.userId])
    const found = conversations.get(key)
    const conversation = found ?? { messages: [], followers: new Set(), lastId: 0, open: 0 }
    conversations.delete(key)
    conversations.set(key, conversation) // the last used one is the last of the map
    if (found === undefined) forget()
    return conversation
  }

  // Never one that is followed: of those there are no more than connections.
  function forget(): void {
    if (conversations.size <= MOST_CONVERSATIONS) return
    for (const [key, { followers }] of conversations)
      if (followers.size === 0) return void conversations.delete(key)
  }

  const desk: Desk = {
    say(owner, from, text) {
      const conversation = find(owner)
      const message = { id: (conversation.lastId += 1), from, text }
      conversation.messages.push(message)
      if (conversation.messages.length > MOST_MESSAGES) conversation.messages.shift()
      for (const hear of conversation.followers) hear(message)
    },
    ask(owner, text) {
      const conversation = find(owner)
      if (conversation.open >= MOST_OPEN) return false
      conversation.open += 1
      desk.say(owner, 'user', text)
      void (async () => {
        const said = await answer(text, owner).catch(() => 'Nobody can answer at the moment.')
        conversation.open -= 1
        desk.say(owner, 'assistant', said)
      })()
      return true
    },
    since(owner, id) {
      const { messages, lastId } = find(owner)
      return messages.filter((message) => id > lastId || message.id > id)
    },
    follow(owner, hear, until) {
      if (until.aborted) return
      const { followers } = find(owner)
      followers.add(hear)
      until.addEventListener('abort', () => followers.delete(hear), { once: true })
    },
  }
  return desk
}
