/**
 * Whether an RSA modulus was made by the library of CVE-2017-15361 (ROCA), whose keys can be factored.
 *
 * Its primes are powers of 65537 modulo a product of small primes, so modulo each small prime the modulus is a power of
 * 65537 as well. A sound modulus passes all of these tests by chance about once in 2^28 (Nemec et al., "The Return of
 * Coppersmith's Attack", 2017, section 2).
 */
export function isRocaModulus(modulus: bigint): boolean {
  return MARKS.every(([prime, powers]) => powers.has(Number(modulus % prime)))
}

// Those of the first primes modulo which 65537 does not generate everything, so that the test says something.
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

const MARKS: readonly (readonly [bigint, ReadonlySet<number>])[] = PRIMES.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power)
  return [BigInt(prime), powers]
})
