import { createHash } from 'node:crypto'

// Texts that stand nowhere else in the world, planted where a leak would start, and looked for where it would end.

/** Where a canary was found, and in which disguise. */
export interface Hit {
  readonly name: string
  readonly form: string
}

/** Canaries of one seed: the same name always gives the same text. */
export class Canaries {
  readonly #forms = new Map<string, { name: string; form: string }>()
  readonly #names = new Set<string>()
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  get count(): number {
    return this.#names.size
  }

  /** A text of 40 letters and digits. */
  plant(name: string): string {
    const text = `c${createHash('sha256').update(`${this.#seed} ${name}`).digest('hex').slice(0, 39)}`
    this.watch(name, text)
    return text
  }

  /** A text with what has to be escaped in JSON, in a header or in a log around it. */
  plantOdd(name: string): string {
    return `"\\\n\u2028${this.plant(name)}é'`
  }

  /** Looks for a text that comes from elsewhere too, as a signature. */
  watch(name: string, text: string): void {
    this.#names.add(name)
    const bytes = Buffer.from(text)
    this.#add(name, 'raw', text)
    this.#add(name, 'in upper case', text.toUpperCase())
    this.#add(name, 'JSON-escaped', JSON.stringify(text).slice(1, -1))
    this.#add(name, 'percent-encoded', encodeURIComponent(text))
    this.#add(name, 'hex', bytes.toString('hex'))
    this.#add(name, 'bytes in decimal', [...bytes].join(', '))
    // Inside other text, base64 begins at any of three places; the characters that it shares with its neighbours are left.
    for (const before of [0, 1, 2]) {
      const padded = Buffer.concat([Buffer.alloc(before), bytes])
      const start = Math.ceil((before * 8) / 6)
      const end = Math.floor((padded.length * 8) / 6)
      for (const form of ['base64', 'base64url'] as const)
        this.#add(name, form, padded.toString(form).slice(start, end))
    }
  }

  /** All canaries in a text. */
  search(text: string): readonly Hit[] {
    const hits: Hit[] = []
    for (const [needle, hit] of this.#forms) if (text.includes(needle)) hits.push(hit)
    return hits
  }

  #add(name: string, form: string, needle: string): void {
    if (!this.#forms.has(needle)) this.#forms.set(needle, { name, form })
  }
}
