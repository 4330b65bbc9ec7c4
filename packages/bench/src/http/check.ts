import { isDeepStrictEqual } from 'node:util'
import { WrongAnswer } from '../harness/answers.ts'
import { ANSWER } from './servers/server.ts'

/**
 * Asks a server who is asking, with every probe, and without a token.
 *
 * @throws WrongAnswer where it lets the wrong one in, keeps the right one out, or answers something else on `/`
 */
export async function checkServer(
  url: string,
  name: string,
  probes: Readonly<Record<string, string>>,
): Promise<void> {
  const isBare = name.startsWith('bare')
  const answers: Record<string, unknown> = { 'no header': await whoIs(url, undefined) }
  for (const [probe, token] of Object.entries(probes)) answers[probe] = await whoIs(url, token)
  for (const [probe, answer] of Object.entries(answers)) {
    const expected = isBare ? null : probe === 'good' ? 'user-0' : 'refused'
    if (answer !== expected)
      throw new WrongAnswer(`"${name}" answers ${JSON.stringify(answer)} to: ${probe}`)
  }
  const measured = await fetch(url, { headers: { authorization: `Bearer ${probes['good']}` } })
  if (!isDeepStrictEqual(await measured.json(), ANSWER))
    throw new WrongAnswer(`"${name}" does not answer what is measured`)
}

async function whoIs(url: string, token: string | undefined): Promise<unknown> {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  const response = await fetch(new URL('/who', url), headers === undefined ? {} : { headers })
  const { status } = response
  const text = await response.text()
  if (status === 200) return JSON.parse(text) as unknown
  return status >= 400 && status < 500 ? 'refused' : status
}
