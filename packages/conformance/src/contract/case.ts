import type { AuthErrorCode, BodyFault } from '@countersign/core'
import { API_KEYS } from '../fixtures/search.ts'
import type { RawRequest } from './raw-client.ts'
import type { ServiceName } from './services.ts'

/** One request, and what every adapter answers to it. */
export interface ContractCase {
  readonly name: string
  readonly service: ServiceName
  readonly request: RawRequest
  readonly expected: Refused | Accepted
}

export interface Refused {
  readonly code: AuthErrorCode
  readonly errors?: readonly BodyFault[]
  readonly closes?: boolean
}

export interface Accepted {
  /** As JSON: all of it, or `null` where nothing is attached. */
  readonly identity: Readonly<Record<string, unknown>> | null
  /** What the handler finds as the body; `null` for none. */
  readonly body?: unknown
}

type Header = readonly [name: string, value: string]

/** A request with the widget's token. */
export function bearer(token: string, ...more: readonly Header[]): RawRequest {
  return { headers: [['Authorization', `Bearer ${token}`], ...more] }
}

/** A request with an API key and, where it is given, a User-Token. */
export function userToken(
  token: string | undefined,
  apiKey: string | undefined = API_KEYS.int_docs,
  ...more: readonly Header[]
): RawRequest {
  const headers: Header[] = [...more]
  if (apiKey !== undefined) headers.push(['Authorization', `Bearer ${apiKey}`])
  if (token !== undefined) headers.push(['User-Token', token])
  return { headers }
}

/** The same request as a POST of JSON. */
export function posting(request: RawRequest, json: unknown): RawRequest {
  return postingText(request, JSON.stringify(json), 'application/json')
}

/** The same request as a POST of anything. */
export function postingText(
  request: RawRequest,
  body: string,
  type: string | undefined,
): RawRequest {
  const headers = [...(request.headers ?? [])]
  if (type !== undefined) headers.push(['Content-Type', type])
  return { ...request, method: 'POST', headers, body }
}
