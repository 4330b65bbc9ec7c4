/** Characters that lenient decoders of base64 skip, or take for a member of the alphabet. */
const FILLERS = [' ', '=', '\t', '\n', '!', '%', '\u00a0']
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Another spelling of a token: its signature, with three characters put in that many decoders skip, or with the spare
 * bits of its last character set. Decoded leniently, all give the same bytes.
 */
export function respell(token: string, number: number): string {
  const dot = token.lastIndexOf('.')
  let signature = token.slice(dot + 1)
  let rest = number
  const take = (limit: number): number => {
    const taken = rest % limit
    rest = Math.floor(rest / limit)
    return taken
  }
  // 256 bits are 42 characters of six bits, and four bits of a 43rd one.
  signature = withSpareBits(signature, take(4))
  for (let times = 0; times < 3; times += 1) {
    const filler = FILLERS[take(FILLERS.length)] as string
    const place = take(signature.length + 1)
    signature = signature.slice(0, place) + filler + signature.slice(place)
  }
  return `${token.slice(0, dot)}.${signature}`
}

function withSpareBits(signature: string, bits: number): string {
  const last = ALPHABET.indexOf(signature.at(-1) ?? '')
  return signature.slice(0, -1) + (ALPHABET[(last & ~3) | bits] ?? '')
}
