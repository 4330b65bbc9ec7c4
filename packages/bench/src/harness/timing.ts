import type { Contender } from './race.ts'
import type { Sample } from './rounds.ts'

// Read by nobody; stored so that a call whose result is not used is not optimised away.
const sink: { last: unknown } = { last: undefined }

/** Times calls one after the other. */
export async function timeCalls(contender: Contender, calls: number): Promise<Sample> {
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  for (let i = 0; i < calls; i += 1) {
    const result = contender.call()
    // A promise costs only those that make one.
    sink.last = result instanceof Promise ? await result : result
  }
  const wall = Number(process.hrtime.bigint() - start)
  const { user, system } = process.cpuUsage(cpu)
  return { operations: calls, wall, cpu: (user + system) * 1000 }
}

/** Warms a contender up for as long as given, and finds out how many calls fill a round. */
export async function calibrate(
  contender: Contender,
  { warmUpMs, roundMs }: { readonly warmUpMs: number; readonly roundMs: number },
): Promise<number> {
  const deadline = performance.now() + warmUpMs
  let calls = 1
  do {
    const { wall } = await timeCalls(contender, calls)
    const wanted = (roundMs * 1e6 * calls) / Math.max(wall, 1)
    // Not more than tenfold at a time: a first call can be misleading.
    calls = Math.max(1, Math.min(Math.round(wanted), calls * 10))
  } while (performance.now() < deadline)
  return calls
}
