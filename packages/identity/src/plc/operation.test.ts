import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleGenesis, exampleKeys, exampleLegacy } from '../../test/example-log.ts'
import { tombstone } from './build.ts'
import { InvalidOperationError } from './errors.ts'
import { parseOperation } from './operation.ts'
import { cidOfOperation, signOperation } from './signature.ts'

const keys = exampleKeys()
const { op: genesis } = exampleGenesis(keys)
const forms = {
  plc_operation: genesis,
  plc_tombstone: tombstone(genesis, keys.weak),
  create: signOperation(exampleLegacy(keys), keys.signing),
}

describe('parseOperation', () => {
  it.each(Object.entries(forms))('keeps the hash of a %s through JSON', (_, operation) => {
    expect(cidOfOperation(parseOperation(JSON.parse(JSON.stringify(operation))))).toBe(cidOfOperation(operation))
  })

  it.each(Object.entries(forms))('refuses a %s with a field more or less', (_, operation) => {
    expect(() => parseOperation({ ...operation, extra: 1 })).toThrow(InvalidOperationError)
    for (const field of Object.keys(operation)) {
      const { [field as 'type']: _removed, ...rest } = operation
      expect(() => parseOperation(rest), field).toThrow(InvalidOperationError)
      expect(() => parseOperation({ ...operation, [field]: 7 }), field).toThrow(InvalidOperationError)
    }
  })

  it.each([
    ['a list', []],
    ['null', null],
    ['text', 'plc_operation'],
    ['an unknown type', { ...genesis, type: 'plc_other' }],
    ['a type from the prototype', { ...genesis, type: 'constructor' }],
    ['rotation keys that are not texts', { ...genesis, rotationKeys: [1] }],
    ['a service with a field more', { ...genesis, services: { a: { type: 'A', endpoint: 'b', extra: 'c' } } }],
    ['a service without an endpoint', { ...genesis, services: { a: { type: 'A' } } }],
    ['a list of services', { ...genesis, services: [] }],
    ['a key that is an object', { ...genesis, verificationMethods: { atproto: {} } }],
    [
      'a map with __proto__',
      JSON.parse(
        `{"type":"plc_operation","rotationKeys":[],"verificationMethods":{"__proto__":"x"},"alsoKnownAs":[],"services":{},"prev":null,"sig":""}`,
      ),
    ],
    ['a legacy genesis with a predecessor', { ...forms.create, prev: cidOfOperation(genesis) }],
    ['a tombstone without a predecessor', { ...forms.plc_tombstone, prev: null }],
  ])('refuses %s', (_, json) => {
    expect(() => parseOperation(json)).toThrow(InvalidOperationError)
  })

  it('parses or refuses any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        try {
          parseOperation(json)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidOperationError)
        }
      }),
    )
  })
})
