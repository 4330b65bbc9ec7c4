import {
  group,
  INVALID,
  MISSING,
  PASSES,
  REJECTED,
  type AttackGroup,
  type Difference,
} from '../attack.ts'
import { headers, widget, widgetToken } from '../requests.ts'

const HEAD: Difference = {
  expect: { status: 401, code: null },
  why: 'an answer to HEAD has no body',
}

const authorization = (value: (token: string) => string) =>
  headers((world) => [['Authorization', value(widgetToken(world))]])

/** RFC 9110 section 11.4 and RFC 6750 section 2.1: one header, one scheme, one token. */
export const schemes: AttackGroup = group('Authorization', { at: 'widget', control: widget() }, [
  {
    name: 'another scheme: Basic',
    intent: 'a token that any scheme brings in',
    make: authorization((token) => `Basic ${token}`),
    expect: INVALID,
  },
  {
    name: 'Basic with the token as password',
    intent: 'a second way in that nobody watches',
    make: authorization((token) => `Basic ${Buffer.from(`:${token}`).toString('base64')}`),
    expect: INVALID,
  },
  ...['Token', 'JWT', 'DPoP', 'Bearer2', 'XBearer', 'Bear'].map((scheme) => ({
    name: `another scheme: ${scheme}`,
    intent: 'a scheme that is compared by its beginning or not at all',
    make: authorization((token) => `${scheme} ${token}`),
    expect: INVALID,
  })),
  ...['bearer', 'BEARER', 'bEaReR'].map((scheme) => ({
    name: `the scheme in another case: ${scheme}`,
    intent: 'none: schemes are compared without case (RFC 9110 section 11.1)',
    make: authorization((token) => `${scheme} ${token}`),
    expect: PASSES,
    sees: { userId: 'usr_1' },
  })),
  {
    name: 'the Turkish dotless i does not fold into a scheme',
    intent: 'a comparison that goes by a locale',
    make: authorization((token) => `Bear\u0131er ${token}`),
    expect: INVALID,
  },
  {
    name: 'two spaces',
    intent: 'one header in many spellings',
    make: authorization((token) => `Bearer  ${token}`),
    expect: REJECTED,
  },
  {
    name: 'a tab',
    intent: 'one header in many spellings',
    make: authorization((token) => `Bearer\t${token}`),
    expect: INVALID,
  },
  {
    name: 'no space',
    intent: 'one header in many spellings',
    make: authorization((token) => `Bearer${token}`),
    expect: INVALID,
  },
  {
    name: 'no scheme',
    intent: 'a token where a scheme belongs',
    make: authorization((token) => token),
    expect: INVALID,
  },
  {
    name: 'a colon after the scheme',
    intent: 'one header in many spellings',
    make: authorization((token) => `Bearer: ${token}`),
    expect: INVALID,
  },
  {
    name: 'a parameter after the token',
    intent: 'text that one reader cuts off',
    make: authorization((token) => `Bearer ${token}; tenant=ten_b`),
    expect: REJECTED,
  },
  {
    name: 'two tokens after one scheme',
    intent: 'one reader takes the first, the next the last',
    make: authorization((token) => `Bearer ${token} ${token}`),
    expect: REJECTED,
  },
  {
    name: 'the token as a parameter',
    intent: 'an auth-param where token68 belongs',
    make: authorization((token) => `Bearer token="${token}"`),
    expect: REJECTED,
  },
  ...['Bearer', 'bearer', ''].map((value) => ({
    name: `the header ${JSON.stringify(value)}`,
    intent: 'empty credentials that count as none, and so as anonymous',
    make: headers(() => [['Authorization', value]]),
    expect: INVALID,
  })),
  {
    name: 'the header of a NBSP only',
    intent: 'empty credentials that do not look empty',
    make: headers(() => [['Authorization', '\u00a0']]),
    expect: INVALID,
  },
  ...['undefined', 'null', 'NaN', '[object Object]', '{}', 'false'].map((text) => ({
    name: `Bearer ${text}`,
    intent: "a client's mistake that counts as no token, and so as anonymous",
    make: headers(() => [['Authorization', `Bearer ${text}`]]),
    expect: REJECTED,
  })),
  {
    name: 'no header',
    intent: 'nothing at all',
    make: headers(() => []),
    expect: MISSING,
  },
  {
    name: 'no header, HEAD',
    intent: 'a method that nobody thought of',
    make: widget({ token: null, method: 'HEAD' }),
    expect: MISSING,
    http: HEAD,
  },
  {
    name: 'no header, OPTIONS',
    intent: 'a preflight that is none: no Origin, no Access-Control-Request-Method',
    make: widget({ token: null, method: 'OPTIONS' }),
    expect: MISSING,
  },
  {
    name: 'no header, OPTIONS with Origin only',
    intent: 'a preflight that is none: no Access-Control-Request-Method',
    make: widget({
      token: null,
      method: 'OPTIONS',
      more: [['Origin', 'https://customer.example']],
    }),
    expect: MISSING,
  },
  {
    name: 'no header, a preflight with a body',
    intent: 'a request that acts, dressed as a preflight',
    make: widget({
      token: null,
      method: 'OPTIONS',
      body: { act: true },
      more: [
        ['Origin', 'https://customer.example'],
        ['Access-Control-Request-Method', 'POST'],
      ],
    }),
    expect: MISSING,
  },
  {
    name: "no header, a preflight's headers on a POST",
    intent: 'a preflight by its headers and not by its method',
    make: widget({
      token: null,
      method: 'POST',
      body: {},
      more: [
        ['Origin', 'https://customer.example'],
        ['Access-Control-Request-Method', 'POST'],
        ['X-HTTP-Method-Override', 'OPTIONS'],
      ],
    }),
    expect: MISSING,
  },
])
