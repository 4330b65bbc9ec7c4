import { describe, expect, it } from 'vitest'
import { checkFieldOptions, fieldOf, type FieldOptions } from '../../src/compile/fields.ts'
import { fold } from '../../src/compile/fold.ts'
import { parseFilters } from '../../src/index.ts'
import { compileRefusal } from './refusal.ts'

/** The fields of all clauses; `undefined` for one that matches nothing. */
function fieldsOf(attributes: unknown, options: FieldOptions = {}, converts = false): unknown[] {
  checkFieldOptions(options)
  const fields: unknown[] = []
  fold<true>(parseFilters({ attributes }, { source: 'body' }), {
    clause: (clause, refuse) => {
      const field = fieldOf(clause, options, converts, refuse)
      fields.push(field)
      return field && true
    },
    all: () => true,
    any: () => true,
    everything: true,
    nothing: true,
  })
  return fields
}

describe('fieldOf', () => {
  it('names a field as the attribute, with the prefix in front', () => {
    expect(fieldsOf({ env: 'dev' })).toEqual([{ name: 'env', values: ['dev'] }])
    expect(fieldsOf({ env: 'dev' }, { prefix: '' })).toEqual([{ name: 'env', values: ['dev'] }])
    expect(fieldsOf({ env: 'dev' }, { prefix: 'attributes.' })).toEqual([
      { name: 'attributes.env', values: ['dev'] },
    ])
  })

  it('takes the name from `fields`, as it stands there', () => {
    const options: FieldOptions = {
      prefix: 'attributes.',
      fields: {
        env: 'environment',
        level: { name: 'meta.level' },
        tag: {},
        none: { name: undefined },
      },
    }
    expect(fieldsOf({ env: 'dev', level: 2, tag: 'x', none: 'y' }, options)).toEqual([
      { name: 'environment', values: ['dev'] },
      { name: 'meta.level', values: [2] },
      { name: 'attributes.tag', values: ['x'] },
      { name: 'attributes.none', values: ['y'] },
    ])
  })

  it('leaves out what a field cannot hold, and knows when nothing is left', () => {
    const values = { $in: ['1', 1, 1.5, true] }
    const typed = (type: 'string' | 'number' | 'boolean'): unknown =>
      fieldsOf({ a: values }, { fields: { a: { type } } }, true)
    expect(typed('string')).toEqual([{ name: 'a', values: ['1'] }])
    expect(typed('number')).toEqual([{ name: 'a', values: [1, 1.5] }])
    expect(typed('boolean')).toEqual([{ name: 'a', values: [true] }])
    expect(fieldsOf({ a: 'x' }, { fields: { a: { type: 'number' } } })).toEqual([undefined])
    expect(fieldsOf({ a: { $in: [] } })).toEqual([undefined])
  })

  it('refuses attributes that `fields` does not list, without looking at prototypes', () => {
    const fields = { env: 'env', gone: undefined as unknown as string }
    for (const key of ['org', 'toString', 'gone'])
      expect(compileRefusal(() => fieldsOf({ env: 'x', $or: [{ [key]: 'y' }] }, { fields }))).toBe(
        `unmapped_key /attributes/$or/0/${key}`,
      )
    expect(compileRefusal(() => fieldsOf({ env: 'x' }, { fields: {} }))).toBe(
      'unmapped_key /attributes/env',
    )
  })

  it('refuses numbers and booleans without a type where the engine converts', () => {
    const refused = (value: unknown, options?: FieldOptions): string =>
      compileRefusal(() => fieldsOf({ a: value }, options, true))
    expect(refused(1)).toBe('undeclared_type /attributes/a')
    expect(refused({ $in: ['x', false] })).toBe('undeclared_type /attributes/a/$in/1')
    expect(refused({ $eq: 0 }, { fields: { a: 'b' } })).toBe('undeclared_type /attributes/a/$eq')
    expect(fieldsOf({ a: { $in: ['x', '1'] } }, {}, true)).toEqual([
      { name: 'a', values: ['x', '1'] },
    ])
    expect(fieldsOf({ a: { $in: ['x', 1] } }, {}, false)).toEqual([{ name: 'a', values: ['x', 1] }])
  })
})

describe('field options', () => {
  const wrong = (options: unknown, attributes: unknown = { a: 'x' }) => {
    return (): unknown => fieldsOf(attributes, options as FieldOptions)
  }

  it('refuses names that are not known', () => {
    expect(wrong(null)).toThrow(new TypeError('options must be an object'))
    expect(wrong({ feilds: {} })).toThrow(new TypeError('options.feilds is not an option'))
    expect(wrong({ fields: { a: { tpye: 'string' } } })).toThrow(
      new TypeError('options.fields.a.tpye is not an option'),
    )
    expect(wrong({ fields: null })).toThrow(new TypeError('options.fields must be an object'))
    expect(wrong({ fields: 'a' })).toThrow(new TypeError('options.fields must be an object'))
    expect(wrong({ fields: { a: 1 } })).toThrow(new TypeError('options.fields.a must be an object'))
    expect(wrong({ fields: { a: null } })).toThrow(
      new TypeError('options.fields.a must be an object'),
    )
  })

  it('refuses types that are not known', () => {
    for (const type of ['String', 'integer', '', null, 1])
      expect(wrong({ fields: { a: { type } } })).toThrow(
        new TypeError('options.fields.a.type must be "string", "number" or "boolean"'),
      )
  })

  it.each([
    '',
    ' ',
    'a b',
    '$a',
    '$where',
    '"a"',
    'a[]',
    'a[0]',
    '.a',
    '1a',
    'a`',
    'a:',
    'é',
    'a\n',
    1,
    null,
  ])('refuses the name %j', (name) => {
    const named = 'must be a name of letters, digits, "_", "-" and "."'
    if (typeof name === 'string')
      expect(wrong({ fields: { a: name } })).toThrow(new TypeError(`options.fields.a ${named}`))
    expect(wrong({ fields: { a: { name } } })).toThrow(
      new TypeError(`options.fields.a.name ${named}`),
    )
    if (name !== '')
      expect(wrong({ prefix: name })).toThrow(new TypeError(`options.prefix ${named}`))
  })
})
