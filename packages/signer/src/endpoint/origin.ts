import { headerText, type AuthRequest } from '@countersign/core/signing'

/** Whose pages may ask for a token. */
export interface OriginRules {
  /** Origins beside the endpoint's own, as browsers write them. */
  readonly origins: ReadonlySet<string>
  /** Whether a request may pass that says nothing about where it comes from. */
  readonly allowMissing: boolean
}

/** What a request says about where it comes from. */
export interface OriginVerdict {
  readonly isAllowed: boolean
  /** The origin of the request, where it is one of those that were named: CORS answers go to it and to no other. */
  readonly named: string | undefined
}

/**
 * Whether the page behind a request may ask for a token with the cookies that its browser sends along.
 *
 * In this order: an origin that was named passes. Else the browser's own word counts, `Sec-Fetch-Site`, which no page can
 * set: `same-origin` passes and nothing else. Else, from browsers that do not say, and from all where the site has no TLS,
 * the host of `Origin` must be the `Host` that was asked; forwarding headers are not read, since anybody can send them.
 */
export function judgeOrigin(request: AuthRequest, rules: OriginRules): OriginVerdict {
  const origin = headerText(request, 'origin')
  if (origin !== undefined && rules.origins.has(origin)) return { isAllowed: true, named: origin }
  return { isAllowed: isSameOrigin(request, origin, rules.allowMissing), named: undefined }
}

function isSameOrigin(
  request: AuthRequest,
  origin: string | undefined,
  allowMissing: boolean,
): boolean {
  const site = headerText(request, 'sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  if (origin === undefined) return allowMissing
  const host = askedHost(request)
  return host !== undefined && HOST.test(host) && isOrigin(origin) && isAt(origin, host)
}

// A Fetch request may have it in its URL alone; in HTTP/2 it is a header of another name.
function askedHost(request: AuthRequest): string | undefined {
  return (
    headerText(request, 'host') ??
    parse(request.url ?? '')?.host ??
    headerText(request, ':authority')
  )
}

// RFC 9110 section 7.2, as far as browsers write it.
const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:.]+\](?::\d+)?$/i

// The scheme is the page's own: behind a proxy that ends TLS, a server does not know the one it was asked with.
function isAt(origin: string, host: string): boolean {
  const { protocol } = new URL(origin)
  return parse(`${protocol}//${host}`)?.origin === origin
}

/** Whether a text is the origin of a web page, as browsers write it (RFC 6454 section 6.2). `null` is none. */
export function isOrigin(text: string): boolean {
  const url = parse(text)
  return (
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.origin === text &&
    !text.includes('*') // a URL may have one, but no page does
  )
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
