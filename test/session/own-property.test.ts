import { describe, expect, it } from 'vitest'
import { ownPath, ownProperty } from '../../src/session/own-property.ts'

const bare = Object.assign(Object.create(null), { a: 1 })
class Base {
  get inherited() {
    return 1
  }
}

describe('ownProperty', () => {
  it.each<[string, unknown, string, unknown]>([
    ['an object', { a: 1 }, 'a', 1],
    ['a value that is undefined', { a: undefined }, 'a', undefined],
    ['a value that is null', { a: null }, 'a', null],
    ['a list', ['x', 'y'], '1', 'y'],
    ['the length of a list', ['x'], 'length', 1],
    ['an object without a prototype', bare, 'a', 1],
    ['an own property named like an inherited one', { toString: 1 }, 'toString', 1],
    ['an own hasOwnProperty', { hasOwnProperty: () => false, a: 1 }, 'a', 1],
  ])('reads what the object itself has: %s', (_, object, key, value) => {
    expect(ownProperty(object, key)).toBe(value)
  })

  it.each<[string, unknown, string]>([
    ['an inherited method', {}, 'toString'],
    ['an inherited property', Object.create({ a: 1 }), 'a'],
    ['an inherited getter', new Base(), 'inherited'],
    ['__proto__', {}, '__proto__'],
    ['constructor', {}, 'constructor'],
    ['the length of a text', 'text', 'length'],
    ['a letter of a text', 'text', '0'],
    ['a property of a function', () => {}, 'name'],
    ['undefined', undefined, 'a'],
    ['null', null, 'a'],
    ['a number', 7, 'toFixed'],
  ])('reads nothing else: %s', (_, object, key) => {
    expect(ownProperty(object, key)).toBeUndefined()
  })
})

describe('ownPath', () => {
  it.each<[string, unknown, string, unknown]>([
    ['one step', { a: 1 }, 'a', 1],
    ['several steps', { a: { b: { c: 1 } } }, 'a.b.c', 1],
    ['a step into a list', { a: [{ b: 1 }] }, 'a.0.b', 1],
    ['a step that is missing', { a: {} }, 'a.b.c', undefined],
    ['a step through null', { a: null }, 'a.b', undefined],
    ['a step through a text', { a: 'text' }, 'a.length', undefined],
    ['a step through a prototype', { a: {} }, 'a.constructor.name', undefined],
    ['no step', { a: 1 }, '', undefined],
    ['an empty name', { '': { '': 1 } }, '.', 1],
  ])('follows a path: %s', (_, object, path, value) => {
    expect(ownPath(object, path)).toBe(value)
  })
})
