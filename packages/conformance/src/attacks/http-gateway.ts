import type { RequestParts, Seen, Target } from './attack.ts'
import type { Answer, Gateway } from './run.ts'
import { sendRaw } from './send-raw.ts'

/**
 * A gateway behind an address. Each target is a path of its own, `/widget` and so on, unless `paths` says otherwise.
 *
 * A handler that answers with `{"seen": …}` (see `seenOf`) is also held to what it sees.
 */
export function httpGateway(
  baseUrl: string,
  paths: Partial<Readonly<Record<Target, string>>> = {},
): Gateway {
  const url = new URL(baseUrl)
  return {
    kind: 'http',
    async send(target: Target, parts: RequestParts): Promise<Answer> {
      const { headers, body, contentType = 'application/json', query = '' } = parts
      const answer = await sendRaw(url, {
        method: parts.method ?? (body === undefined ? 'GET' : 'POST'),
        path: (paths[target] ?? `/${target}`) + query,
        headers: body === undefined ? headers : [['Content-Type', contentType], ...headers],
        body: body === undefined ? undefined : Buffer.from(body),
      })
      const { code, seen } = readJson(answer.body)
      return {
        status: answer.status,
        code: typeof code === 'string' ? code : null,
        seen: seen as Seen | undefined,
        text: `${answer.head}\n${answer.body}`,
      }
    },
  }
}

function readJson(text: string): { code?: unknown; seen?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
