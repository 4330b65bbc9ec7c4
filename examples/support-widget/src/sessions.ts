import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { users, type User } from './customers.ts'

/** Who is signed in, by a cookie that the page's scripts cannot read. */
export interface Sessions {
  readonly userOf: (request: IncomingMessage) => User | undefined
  /** Signs a user in. Gives the value of `Set-Cookie`. */
  readonly begin: (user: User) => string
}

const NAME = 'support_widget_session'
const MOST = 1000

export function createSessions(): Sessions {
  const sessions = new Map<string, string>()
  return {
    userOf(request) {
      const [, id = ''] =
        new RegExp(`(?:^|; )${NAME}=([\\w-]+)`).exec(request.headers.cookie ?? '') ?? []
      const userId = sessions.get(id)
      return users.find((user) => user.id === userId)
    },
    begin(user) {
      const [oldest] = sessions.keys()
      if (sessions.size >= MOST && oldest !== undefined) sessions.delete(oldest)
      const id = randomBytes(24).toString('base64url')
      sessions.set(id, user.id)
      // A site with TLS, as any but this one has, says `Secure` too.
      return `${NAME}=${id}; HttpOnly; SameSite=Strict; Path=/`
    },
  }
}
