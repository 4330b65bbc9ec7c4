/** Something that once got past another library or gateway, and the attacks that show it does not get past this one. */
export interface Regression {
  readonly bug: string
  /** As `group: name`; `group: *` for all of a group. */
  readonly attacks: readonly string[]
}

/** Line by line: bugs of others, in the order of what they broke. */
export const REGRESSIONS: readonly Regression[] = [
  {
    bug: 'alg none in any case',
    attacks: [
      'unsigned tokens: alg "none", no signature',
      'unsigned tokens: alg "None", no signature',
      'unsigned tokens: alg "NONE", no signature',
      'unsigned tokens: alg "nOnE", no signature',
    ],
  },
  {
    bug: 'HMAC with the public key in PEM',
    attacks: ['public key as an HMAC secret: HS256 with the public key as secret: PEM'],
  },
  {
    bug: 'HMAC with the PEM behind a space, NUL, zero-width space or comment',
    attacks: ['space', 'NUL', 'zero-width space', 'comment'].map(
      (what) =>
        `public key as an HMAC secret: HS256 with the public key as secret: PEM behind a ${what}`,
    ),
  },
  {
    bug: 'HMAC with the text of a JWK or JWKS',
    attacks: ['JWK text', 'JWKS text'].map(
      (what) => `public key as an HMAC secret: HS256 with the public key as secret: ${what}`,
    ),
  },
  {
    bug: 'HMAC with the empty key',
    attacks: [
      'weak secrets: HS256 with the secret ""',
      'weak secrets: HS256 with the empty secret against public keys',
    ],
  },
  {
    bug: 'ES where RSA is expected, PS where RS is',
    attacks: [
      'another algorithm: ES256 with a key of the attacker',
      'another algorithm: PS256 with the right key',
      'another algorithm: RS256 in the header, a PSS signature with the right key',
    ],
  },
  {
    bug: 'alg as number, list or object',
    attacks: [
      'unsigned tokens: alg 1',
      'unsigned tokens: alg ["HS256"]',
      'unsigned tokens: alg {"alg":"HS256"}',
    ],
  },

  {
    bug: 'a key resolver that gives the empty text, null, undefined or a list',
    attacks: ['the empty text', 'null', 'undefined', '[]'].map(
      (what) => `directories: the directory answers: ${what}`,
    ),
  },
  {
    bug: 'a key resolver that gives an inherited function',
    attacks: [
      'directories: the directory answers: a function',
      'iss: iss: constructor',
      'iss: iss: __proto__',
      'tenant claim: tenantId constructor, nothing else names the tenant',
      'tenant claim: tenantId toString, nothing else names the tenant',
      'tenant claim: tenantId __proto__, nothing else names the tenant',
    ],
  },
  {
    bug: 'a key resolver that throws, rejects or never settles',
    attacks: ['throws', 'rejects', 'never answers'].map(
      (what) => `directories: the directory ${what}, nothing cached`,
    ),
  },

  {
    bug: 'one kid in two tenants',
    attacks: ['a first', 'b first', 'at once'].map(
      (order) => `directories: two tenants with one kid, ${order}`,
    ),
  },
  {
    bug: 'a token replayed to another tenant while it is cached',
    attacks: [
      'cached verdicts: a token that is cached for a, sent for b',
      "cached verdicts: a token that is cached for a's API key, sent with b's",
    ],
  },
  {
    bug: 'a token cached at one route, used at a stricter one',
    attacks: ['cached verdicts: a token that is cached at one gate, used at a stricter one'],
  },
  {
    bug: 'a tenant or its secret gone while its token is cached',
    attacks: [
      'cached verdicts: the secret is rotated while a token is cached',
      'cached verdicts: the tenant is removed and restored while a token is cached',
    ],
  },
  {
    bug: 'a cached token without iat that outlives exp',
    attacks: ['cached verdicts: exp passes while a token without iat is cached'],
  },
  {
    bug: 'a longest life that a cached token outlives',
    attacks: ['cached verdicts: the tenant tightens maxLifetime while a token is cached'],
  },
  {
    bug: 'a cached identity that a handler changes',
    attacks: [
      'cached verdicts: an identity is changed by a handler',
      'cached verdicts: a bound body is changed by a handler',
    ],
  },
  {
    bug: 'a cache key of a part of the token',
    attacks: [
      'cached verdicts: tokens that are equal in their first 64 characters',
      'cached verdicts: tokens that are equal in their last 64 characters',
    ],
  },
  {
    bug: 'memory and eviction by unknown tenants',
    attacks: ['directories: 100 000 unknown tenants'],
  },

  {
    bug: 'aud or iss missing where it is required',
    attacks: ['aud: aud: missing', 'iss: iss: missing'],
  },
  {
    bug: 'aud as list, empty list, number or nested',
    attacks: [
      'aud: aud: a list with ours',
      'aud: aud: a list without ours',
      'aud: aud: an empty list',
      'aud: aud: a number',
      'aud: aud: a list in a list',
    ],
  },
  {
    bug: 'iss as list',
    attacks: ['iss: iss: a list of ours', 'iss: iss: a list of ours and another'],
  },
  {
    bug: 'a user id as number, or empty',
    attacks: [
      'user claims: userId 1',
      'user claims: userId ""',
      'user claims: sub as a number, for public keys',
    ],
  },
  {
    bug: 'exp as text, infinite, negative or with a fraction',
    attacks: ['exp: exp as text', 'exp: exp 1e400', 'exp: exp -1', 'exp: exp with a fraction'],
  },
  {
    bug: 'nbf and iat at the tolerance',
    attacks: [
      'nbf and iat: nbf at the tolerance',
      'nbf and iat: nbf a second beyond the tolerance',
      'nbf and iat: iat at the tolerance',
      'nbf and iat: iat a second beyond the tolerance',
    ],
  },
  {
    bug: 'exp equal to now, and a tolerance of 0 that stays 0',
    attacks: [
      'exp: exp past by the tolerance',
      'cached verdicts: exp passes while a token is cached',
    ],
  },
  {
    bug: 'iat far ahead with a small exp - iat',
    attacks: ['lifetime: iat in ten years, exp a minute later'],
  },

  { bug: 'padding, the alphabet of base64, white space, spare bits', attacks: ['base64url: *'] },
  {
    bug: 'two, four or five segments, a trailing dot',
    attacks: [
      'shape: two segments',
      'shape: four segments',
      'shape: five segments',
      'shape: a trailing dot',
    ],
  },
  {
    bug: 'bytes that are no UTF-8',
    attacks: ['JSON: a byte that is no UTF-8 in userId', 'JSON: an overlong UTF-8 quote in userId'],
  },
  {
    bug: 'repeated members',
    attacks: ['JSON: tenantId twice', 'unsigned tokens: alg twice, "none" last'],
  },
  {
    bug: 'a payload that is a list, null or a text',
    attacks: ['JSON: payload []', 'JSON: payload null', 'JSON: payload "usr_1"'],
  },
  {
    bug: 'deep JSON and large tokens',
    attacks: ['JSON: a payload 2700 levels deep', 'size: a token of a megabyte, signed'],
  },

  { bug: 'the case of Bearer', attacks: ['Authorization: the scheme in another case: bearer'] },
  { bug: 'two spaces, or a tab', attacks: ['Authorization: two spaces', 'Authorization: a tab'] },
  {
    bug: 'repeated and joined headers',
    attacks: [
      'repeated headers: two Authorization headers: sound, then forged',
      'repeated headers: two tokens joined by a comma in one header',
      'repeated headers: two tokens joined by a comma, no raw headers',
    ],
  },
  {
    bug: 'a header and a cookie with different tokens',
    attacks: [
      'a token somewhere else: a forged token in the header, a sound one in a cookie',
      'a token somewhere else: a sound token in the header, a forged one in a cookie',
    ],
  },
  {
    bug: 'an empty token, another scheme',
    attacks: ['Authorization: the header "Bearer"', 'Authorization: another scheme: Basic'],
  },

  {
    bug: 'optional, with a token that is forged, expired or garbage',
    attacks: [
      'optional: a token forged',
      'optional: a token expired',
      'optional: a token that is garbage',
    ],
  },
  {
    bug: 'an outage, cold and warm',
    attacks: [
      'directories: the directory rejects, nothing cached',
      'directories: the directory rejects, the tenant cached',
    ],
  },
  {
    bug: 'a crowd at a cold start',
    attacks: ['directories: a thousand requests at once for a tenant that is not cached'],
  },

  {
    bug: "a body's $or, $not, $where and __proto__",
    attacks: [
      'filters in the body: filters: an $or that widens',
      'filters in the body: filters: $not',
      'filters in the body: filters: $where',
      'filters in the body: filters: __proto__ as key',
    ],
  },
  {
    bug: "a body's list for a scalar, contradiction, ten thousand clauses",
    attacks: [
      'filters in the body: filters: a list in the place of a value',
      'filters in the body: filters: an equality that contradicts',
      'filters in the body: filters: an equality that contradicts, strict policy',
      'filters in the body: filters: ten thousand clauses',
    ],
  },
  {
    bug: 'a body that is absent, a list, a text or a form',
    attacks: [
      'filters in the body: no body',
      'tenant in the body: the body []',
      'tenant in the body: the body "ten_a"',
      'tenant in the body: a body of application/x-www-form-urlencoded',
    ],
  },
  {
    bug: 'a tenant by host, in the body and in the token that disagree',
    attacks: ['cross-tenant: *', 'cached verdicts: a token that is cached for a, sent for b'],
  },
  {
    bug: 'a hook of the service that throws, rejects or hangs',
    attacks: [
      'directories: a tenant function that goes wrong',
      'cached verdicts: the revocation store fails while a token is cached',
    ],
  },
  {
    bug: 'OPTIONS that is no preflight, HEAD',
    attacks: [
      'Authorization: no header, OPTIONS',
      'Authorization: no header, a preflight with a body',
      'Authorization: no header, HEAD',
    ],
  },
]
