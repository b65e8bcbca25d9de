import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  difference,
  EMPTY,
  type FieldPath,
  type FieldSet,
  formatPath,
  has,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
} from './field-set.ts'

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'v:"y"', 'i:0')
const path: fc.Arbitrary<FieldPath> = fc.array(element, { minLength: 1, maxLength: 4 })
const paths = fc.array(path, { maxLength: 8 })
const text = (one: FieldPath): string => one.join(' ')
const textsOf = (set: FieldSet): readonly string[] => pathsOf(set).map(text).sort()
const texts = (many: readonly FieldPath[]): readonly string[] => [...new Set(many.map(text))].sort()

/** A node without members would say that its field is one. */
const isSound = (set: FieldSet): boolean =>
  Object.entries(set).every(
    ([name, node]) => name === '.' || isEmpty(node) || (Object.keys(node).some((key) => key !== '.') && isSound(node)),
  )

describe('a set of fields', () => {
  test('holds the paths that it is made of, and no others', () => {
    fc.assert(
      fc.property(paths, path, (many, other) => {
        const set = setOf(many)
        assert.ok(isSound(set))
        assert.deepEqual(textsOf(set), texts(many))
        assert.equal(has(set, other), many.map(text).includes(text(other)))
      }),
    )
  })
  test('is the same in whatever order its paths come', () => {
    fc.assert(fc.property(paths, (many) => assert.deepEqual(setOf(many), setOf([...many].reverse()))))
  })
  test('says of a field with others below it whether it is a member itself', () => {
    assert.deepEqual(setOf([['f:a', 'f:b']]), { 'f:a': { 'f:b': {} } })
    assert.deepEqual(setOf([['f:a', 'f:b'], ['f:a']]), { 'f:a': { '.': {}, 'f:b': {} } })
    assert.equal(has(setOf([['f:a', 'f:b']]), ['f:a']), false)
    assert.equal(has({}, []), false)
  })
  test('tells its paths level by level, each level in its order', () => {
    const set = setOf([['f:b', 'f:c'], ['f:b'], ['f:a', 'f:z'], ['f:c']])
    assert.deepEqual(pathsOf(set).map(formatPath), ['.b', '.c', '.a.z', '.b.c'])
  })
})

describe('union(), difference() and intersection()', () => {
  const algebra = fc.tuple(paths, paths)
  test('do with sets what they do with their paths', () => {
    fc.assert(
      fc.property(algebra, ([left, right]) => {
        const [a, b] = [setOf(left), setOf(right)]
        const inRight = new Set(right.map(text))
        assert.deepEqual(textsOf(union(a, b)), texts([...left, ...right]))
        assert.deepEqual(textsOf(difference(a, b)), texts(left.filter((one) => !inRight.has(text(one)))))
        assert.deepEqual(textsOf(intersection(a, b)), texts(left.filter((one) => inRight.has(text(one)))))
        for (const set of [union(a, b), difference(a, b), intersection(a, b)]) assert.ok(isSound(set))
      }),
    )
  })
  test('a recursive difference takes what lies below a field, too', () => {
    fc.assert(
      fc.property(algebra, ([left, right]) => {
        const below = (one: FieldPath): boolean =>
          right.some((other) => other.length <= one.length && text(one.slice(0, other.length)) === text(other))
        const set = recursiveDifference(setOf(left), setOf(right))
        assert.ok(isSound(set))
        assert.deepEqual(textsOf(set), texts(left.filter((one) => !below(one))))
      }),
    )
  })
  test('give the very set back where nothing of it changes, so that it can be shared', () => {
    fc.assert(
      fc.property(algebra, ([left, right]) => {
        const [a, b] = [setOf(left), setOf(right)]
        const both = union(a, b)
        assert.equal(union(both, b), both)
        assert.equal(union(both, a), both)
        const rest = difference(a, b)
        assert.equal(difference(rest, b), rest)
        assert.equal(recursiveDifference(rest, setOf([['f:nobody']])), rest)
      }),
    )
  })
  test('leave what they are given as it is', () => {
    fc.assert(
      fc.property(algebra, ([left, right]) => {
        const [a, b] = [setOf(left), setOf(right)]
        const before = JSON.stringify([a, b])
        for (const operation of [union, difference, intersection, recursiveDifference]) operation(a, b)
        assert.equal(JSON.stringify([a, b]), before)
      }),
    )
  })
  test('of nothing are nothing', () => {
    assert.equal(union(EMPTY, EMPTY), EMPTY)
    assert.deepEqual(intersection(setOf([['f:a', 'f:b']]), setOf([['f:a', 'f:c']])), {})
    assert.equal(isEmpty(difference(setOf([['f:a', 'f:b']]), setOf([['f:a', 'f:b']]))), true)
  })
})
