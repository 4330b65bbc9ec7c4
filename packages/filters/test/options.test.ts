import { describe, expect, it } from 'vitest'
import { mergeFilters, parseFilters } from '../src/index.ts'

const parse = (options: unknown) => () => parseFilters({}, options as { source: 'body' })
const merge = (options: unknown) => () => mergeFilters(undefined, undefined, options as object)

describe('wrong options throw a TypeError that names them', () => {
  it('of parseFilters', () => {
    for (const options of [undefined, null, 'body'])
      expect(parse(options)).toThrow(new TypeError('options must be an object'))
    for (const source of [undefined, null, 'Body', ['body'], 1])
      expect(parse({ source })).toThrow(new TypeError('options.source must be "token" or "body"'))
    expect(parse({ source: 'body', limit: {} })).toThrow(
      new TypeError('options.limit is not an option'),
    )
  })

  it('of mergeFilters', () => {
    expect(merge(null)).toThrow(new TypeError('options must be an object'))
    expect(merge({ mode: 'strict' })).toThrow(new TypeError('options.mode is not an option'))
    for (const policy of [null, '', 'Strict', 'toString'])
      expect(merge({ policy })).toThrow(/^options\.policy must be/)
    expect(merge({ policy: undefined })).not.toThrow()
  })
})
