/** How much is measured. */
export interface Size {
  readonly name: 'quick' | 'full' | 'tiny'
  /** How often all processes of a table are started anew. */
  readonly generations: number
  /** Rounds that every contender runs in each of them. */
  readonly rounds: number
  /** Milliseconds that one round of calls is to take. */
  readonly roundMs: number
  /** Milliseconds of calls before the first round. */
  readonly warmUpMs: number
  /**
   * How often HTTP servers that are held to something are started anew: a process differs more from the next one than they
   * may.
   */
  readonly httpGenerations: number
  /** Rounds of requests that every HTTP server gets in each generation. */
  readonly httpRounds: number
  /** Requests per round, and before the first one, for each HTTP server. */
  readonly requests: number
  readonly warmUpRequests: number
  /** Users whose tokens are sent in turn, beside first sights. */
  readonly users: number
  /** Different tokens of a race about first sights. */
  readonly tokens: number
  /** Users who may visit, and as many tenants at most. */
  readonly population: number
  /** Visits of theirs, in turn. */
  readonly visits: number
  /** Documents that filters are matched against. */
  readonly documents: number
  /** Requests of one flood. */
  readonly flood: number
}

/** For figures that are quoted: about twenty-five minutes. */
export const FULL: Size = {
  name: 'full',
  generations: 3,
  rounds: 9,
  roundMs: 60,
  warmUpMs: 1000,
  httpGenerations: 12,
  httpRounds: 3,
  requests: 4000,
  warmUpRequests: 8000,
  users: 10_000,
  tokens: 2000,
  population: 100_000,
  visits: 100_000,
  documents: 10_000,
  flood: 1_000_000,
}

/** To see that everything runs and roughly where it stands: under two minutes. */
export const QUICK: Size = {
  name: 'quick',
  generations: 1,
  rounds: 5,
  roundMs: 10,
  warmUpMs: 100,
  httpGenerations: 1,
  httpRounds: 3,
  requests: 600,
  warmUpRequests: 1000,
  users: 1000,
  tokens: 400,
  population: 20_000,
  visits: 4000,
  documents: 2000,
  flood: 5000,
}

/** For tests: nothing that is measured means anything. */
export const TINY: Size = {
  name: 'tiny',
  generations: 1,
  rounds: 1,
  roundMs: 1,
  warmUpMs: 1,
  httpGenerations: 1,
  httpRounds: 1,
  requests: 50,
  warmUpRequests: 50,
  users: 50,
  tokens: 20,
  population: 200,
  visits: 100,
  documents: 200,
  flood: 300,
}
