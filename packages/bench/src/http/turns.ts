import { setTimeout as sleep } from 'node:timers/promises'
import type { Entrant, Sample } from '../harness/rounds.ts'

/** Something whose process can be made to stand still. */
export interface Stoppable {
  stop(): void
  go(): void
}

/**
 * Milliseconds. The machine this was written on keeps a speed for some 60, and may have half or twice of it after that; and a
 * turn begins with a cold cache.
 */
const TURN = 10

/**
 * One round of everybody at the same time, in which all but one stand still: each runs for 10 ms and is stopped, until all are
 * done. So what disturbs the machine meanwhile disturbs all of them alike. The time by the clock is that of one's own turns.
 */
export function inTurns(servers: readonly (Entrant & Stoppable)[]): Promise<Sample[]> {
  return takeTurns(servers, (server) => server.round())
}

/** {@link inTurns} for any work that tells what it took. */
export async function takeTurns<S extends Stoppable>(
  servers: readonly S[],
  work: (server: S) => Promise<Sample>,
): Promise<Sample[]> {
  const turns = servers.map((server) => ({ server, wall: 0, isDone: false, work: work(server) }))
  const samples = Promise.all(
    turns.map(async (turn) => {
      const sample = await turn.work.finally(() => (turn.isDone = true))
      return { ...sample, wall: turn.wall * 1e6 }
    }),
  )
  for (const { server } of turns) server.stop()
  try {
    while (turns.some(({ isDone }) => !isDone)) {
      for (const turn of turns.filter(({ isDone }) => !isDone)) {
        const begun = performance.now()
        turn.server.go()
        // `samples` ends a turn where anybody fails.
        await Promise.race([sleep(TURN), turn.work, samples])
        turn.server.stop()
        turn.wall += performance.now() - begun
      }
    }
  } finally {
    for (const { server } of turns) server.go()
  }
  return samples
}
