import { AuthError } from './errors.ts'
import { headerText, type AuthRequest } from './request.ts'

const HEADER = 'sec-websocket-protocol'
// What Node takes for all headers together.
const LONGEST_LIST = 16_384

/**
 * The token that a page gave to `new WebSocket(url, ['countersign.v1', token])`: browsers let it set no other header. Protocols
 * of your own stand before these two. `undefined` where the list ends with the marker, or does not have it: the token may
 * come in the first message then. The token is not judged yet: `authenticator.verify` does that.
 *
 * Answer with the marker or a protocol of your own, never with the first of the list: that can be the token.
 *
 * @param protocol the marker. Default: `'countersign.v1'`
 * @throws AuthError `request_invalid` for a malformed list, for a marker that is repeated, and for more than one text after it
 */
export function readSubprotocolToken(
  request: AuthRequest,
  protocol = 'countersign.v1',
): string | undefined {
  const list = headerText(request, HEADER)
  if (list === undefined) return undefined
  if (list.length > LONGEST_LIST) throw invalid('a list of subprotocols that is too long')
  // RFC 6455 section 4.1: a list of RFC 9110 tokens, no two of them equal. Several headers are one list (section 11.3.4).
  const entries = list.split(',').map((entry) => entry.trim())
  if (!entries.every((entry) => /^[\w!#$%&'*+.^`|~-]+$/.test(entry)))
    throw invalid('a list of subprotocols that is malformed')
  if (new Set(entries).size !== entries.length) throw invalid('a subprotocol is repeated')
  const at = entries.indexOf(protocol)
  if (at === -1) return undefined
  const [token, ...more] = entries.slice(at + 1)
  if (more.length > 0) throw invalid('two tokens among the subprotocols')
  return token
}

function invalid(reason: string): AuthError {
  return new AuthError('request_invalid', { reason })
}
