import { randomBytes } from 'node:crypto'
import type { Asker } from './asker.ts'
import type { Database } from './database.ts'

/**
 * Who began which chat, and nothing else: what was found is never kept, since a later token may allow less. A session is
 * forgotten after a day without a turn.
 */
export interface Sessions {
  begin(asker: Asker): Promise<string>
  /** Whether the asker began this chat. Unknown and somebody else's are one answer. */
  resume(id: string, asker: Asker): Promise<boolean>
}

export interface SessionsOptions {
  /** How many one owner can have, 10 000 by default: without users, all visitors are one. The least used go first. */
  readonly perOwner?: number
}

export function createSessions(
  database: Database,
  { perOwner = 10_000 }: SessionsOptions = {},
): Sessions {
  return {
    async begin({ integrationId, owner }) {
      const id = `cs_${randomBytes(24).toString('base64url')}`
      await database.query(
        `with forgotten as (
           delete from search_service.chat_sessions
           where used_at < now() - interval '1 day' or id in (
             select id from search_service.chat_sessions
             where integration_id = $2 and owner = $3 order by used_at desc offset $4 - 1
           )
         )
         insert into search_service.chat_sessions (id, integration_id, owner) values ($1, $2, $3)`,
        [id, integrationId, owner, perOwner],
      )
      return id
    },
    async resume(id, { integrationId, owner }) {
      if (!/^cs_[\w-]{32}$/.test(id)) return false
      const rows = await database.query(
        `update search_service.chat_sessions set used_at = now()
         where id = $1 and integration_id = $2 and owner = $3 and used_at > now() - interval '1 day'
         returning id`,
        [id, integrationId, owner],
      )
      return rows.length === 1
    },
  }
}
