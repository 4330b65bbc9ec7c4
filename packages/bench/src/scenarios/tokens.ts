import { defineRace, type Contender, type Race, type RaceBar } from '../harness/race.ts'
import type { Size } from '../harness/size.ts'
import * as hs256 from '../tokens/hs256.ts'
import { API_KEY, signIntegrationTokens, type SignedTokens } from '../tokens/integration.ts'
import { rightVerdicts, signatureVerdicts, type Probes } from '../tokens/probes.ts'
import * as rs256 from '../tokens/rs256.ts'
import { nowInSeconds, widgetProbes, widgetToken } from '../tokens/widget.ts'
import { emptyContender, verifierContender, type Carrier, type Verify } from '../tokens/wire.ts'

export const title = 'verification of a token, in process'

export const notes = [
  'Each call gets the headers of a new request; what making them takes is taken off before contenders are compared. All',
  'check the algorithm, the signature, `exp`, `iss` and `aud`, and all but jsonwebtoken and aws-jwt-verify that claims are',
  'there; ours finds the tenant and checks the lifetime as well. "First sight" means more tokens, in turn, than any cache',
  'holds. Calls are made one after the other: what waits for another thread shows in the time, not in the processor time.',
]

const TENANT = 'tenant-0'
const OURS = 'countersign'
const EMPTY = 'an empty call'
const FAST_JWT = 'fast-jwt'
const FAST_JWT_CACHED = 'fast-jwt, cached'
const BARE = 'bare node:crypto and JSON.parse'

const WIDGET: Carrier = {
  header: 'authorization',
  prefix: 'Bearer ',
  beside: ['x-requested-with', 'widget'],
}
const INTEGRATION: Carrier = {
  header: 'user-token',
  prefix: '',
  beside: ['authorization', `Bearer ${API_KEY}`],
}

type Makers<Fixture> = Readonly<Record<string, (fixture: Fixture) => Verify | Promise<Verify>>>

interface Tokens {
  readonly tokens: readonly string[]
  readonly probes: Probes
}

function tokenRace<Fixture extends Tokens>(
  name: string,
  carrier: Carrier,
  makers: Makers<Fixture>,
  bar: RaceBar,
  fixture: (size: Size) => Fixture,
): Race {
  const contenders = Object.entries(makers).map(([contender, make]) => [
    contender,
    async (given: Fixture): Promise<Contender> =>
      verifierContender(await make(given), given.tokens, given.probes, carrier),
  ])
  return defineRace<Fixture>({
    title: name,
    reference: OURS,
    net: EMPTY,
    unit: 'token',
    bars: [bar],
    fixture,
    contenders: {
      [EMPTY]: ({ tokens }) => emptyContender(tokens, carrier),
      ...(Object.fromEntries(contenders) as Record<string, (given: Fixture) => Promise<Contender>>),
    },
    expected: ({ probes }, contender) => {
      if (contender === EMPTY) return 'nothing'
      return contender === BARE ? signatureVerdicts(probes) : rightVerdicts(probes)
    },
  })
}

function widgetTokens(count: number): Tokens {
  const issuedAt = nowInSeconds()
  const tokens = Array.from({ length: count }, (_, user) =>
    widgetToken(TENANT, `user-${user}`, issuedAt),
  )
  return { tokens, probes: widgetProbes(TENANT, issuedAt) }
}

const integrationTokens = (count: number): SignedTokens =>
  signIntegrationTokens(count, nowInSeconds())

/** Half as many as there are tokens: by the time a token comes again, it is forgotten. */
const halfOf = ({ tokens }: Tokens): number => Math.ceil(tokens.length / 2)

const MANY = 1000

export const races: readonly Race[] = [
  tokenRace<Tokens>(
    'HS256, seen before',
    WIDGET,
    {
      [OURS]: () => hs256.countersign(TENANT, MANY),
      [FAST_JWT_CACHED]: () => hs256.fastJwt(MANY),
      'fast-jwt, cached by the token itself': () => hs256.fastJwt(MANY, { hashed: false }),
    },
    { contender: FAST_JWT_CACHED, figure: 'ratio', bar: { atLeast: 4 } },
    () => widgetTokens(1),
  ),
  tokenRace<SignedTokens>(
    'RS256, seen before',
    INTEGRATION,
    {
      [OURS]: ({ publicKey }) => rs256.countersign(publicKey, MANY),
      'countersign, with an API key': ({ publicKey }) =>
        rs256.countersign(publicKey, MANY, { apiKey: true }),
      [FAST_JWT_CACHED]: ({ publicKey }) => rs256.fastJwt(publicKey, MANY),
      'fast-jwt, cached by the token itself': ({ publicKey }) =>
        rs256.fastJwt(publicKey, MANY, { hashed: false }),
    },
    { contender: FAST_JWT_CACHED, figure: 'ratio', bar: { atLeast: 4 } },
    () => integrationTokens(1),
  ),
  tokenRace<Tokens>(
    'HS256, first sight',
    WIDGET,
    {
      [OURS]: (given) => hs256.countersign(TENANT, halfOf(given)),
      'countersign, no cache': () => hs256.countersign(TENANT, false),
      [FAST_JWT]: () => hs256.fastJwt(false),
      [FAST_JWT_CACHED]: (given) => hs256.fastJwt(halfOf(given)),
      jsonwebtoken: () => hs256.jsonwebtoken('key object'),
      'jsonwebtoken, secret as a text': () => hs256.jsonwebtoken('text'),
      jose: () => hs256.jose(),
      [BARE]: () => hs256.bare(),
    },
    { contender: FAST_JWT, figure: 'ratio', bar: { atLeast: 1 } },
    ({ tokens }) => widgetTokens(tokens),
  ),
  tokenRace<SignedTokens>(
    'RS256, first sight',
    INTEGRATION,
    {
      [OURS]: (given) => rs256.countersign(given.publicKey, halfOf(given)),
      'countersign, no cache': ({ publicKey }) => rs256.countersign(publicKey, false),
      [FAST_JWT]: ({ publicKey }) => rs256.fastJwt(publicKey, false),
      [FAST_JWT_CACHED]: (given) => rs256.fastJwt(given.publicKey, halfOf(given)),
      jsonwebtoken: ({ publicKey }) => rs256.jsonwebtoken(publicKey),
      jose: ({ publicKey }) => rs256.jose(publicKey),
      'aws-jwt-verify': ({ publicKey }) => rs256.awsJwtVerify(publicKey),
      [BARE]: ({ publicKey }) => rs256.bare(publicKey),
    },
    { contender: FAST_JWT, figure: 'ratio', bar: { atLeast: 1 } },
    ({ tokens }) => integrationTokens(tokens),
  ),
]
