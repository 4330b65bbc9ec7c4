import { IncomingMessage } from 'node:http'

// From V8 13 on, which is in Node 24, requests share their shapes all the same.
const SHARES_NO_SHAPES = Number.parseInt(process.versions.v8, 10) < 13

/**
 * Has V8 keep a request of Express as a dictionary, to which members are added quickly. It has the members that it had.
 *
 * Express exchanges the prototype of each request. Before version 13, V8 then gives every request a shape of its own: each
 * member that is added copies it, ours as well, and each look at a member is a search. To take one away makes it a dictionary,
 * and all dictionaries of one prototype are of one shape. Measured: docs/decisions/0028.
 */
export function keepAsDictionary(request: IncomingMessage): void {
  if (!SHARES_NO_SHAPES || Object.getPrototypeOf(request) === IncomingMessage.prototype) return
  // `null` in all requests of a server: Node has it for responses.
  const member = Object.getOwnPropertyDescriptor(request, 'statusMessage')
  if (member?.configurable !== true || !Object.isExtensible(request)) return
  Reflect.deleteProperty(request, 'statusMessage')
  Reflect.defineProperty(request, 'statusMessage', member)
}
