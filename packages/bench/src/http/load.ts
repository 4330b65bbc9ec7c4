import autocannon from 'autocannon'
import { WrongAnswer } from '../harness/answers.ts'

export const CONNECTIONS = 25

/**
 * Sends this many requests over kept-alive connections, each connection the next one when it has the answer. `tokens`
 * are shared out among the connections, which send their share again when it is used up.
 *
 * @throws WrongAnswer unless every answer is 200
 */
export async function sendRequests(
  port: number,
  requests: number,
  tokens: readonly string[],
): Promise<void> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: Math.min(CONNECTIONS, requests),
    amount: requests,
    setupClient: shareOut(tokens),
    // Milliseconds after which autocannon looks whether it is done.
    sampleInt: 5,
  })
  const right = result.statusCodeStats?.['200']?.count ?? 0
  if (right !== requests || result.errors > 0)
    throw new WrongAnswer(
      `${right} of ${requests} answers were 200, with ${result.errors} errors: ` +
        JSON.stringify(result.statusCodeStats),
    )
}

function shareOut(tokens: readonly string[]): (client: autocannon.Client) => void {
  let clients = 0
  return (client) => {
    const own = tokens.filter((_, index) => index % CONNECTIONS === clients % CONNECTIONS)
    clients += 1
    client.setRequests(
      (own.length > 0 ? own : tokens).map((token) => ({
        method: 'GET',
        path: '/',
        headers: { authorization: `Bearer ${token}` },
      })),
    )
  }
}
