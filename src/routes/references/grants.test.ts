import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grant } from '../testing/make.ts'
import { permitsOf } from './grants.ts'

const from = { kind: 'HTTPRoute', namespace: 'shop' }
const to = { group: '', kind: 'Service', namespace: 'stock', name: 'db' }

test('a reference within a namespace needs no grant, one into another does', () => {
  assert.equal(permitsOf([])(from, { ...to, namespace: 'shop' }), true)
  assert.equal(permitsOf([])(from, to), false)
})

const CASES = [
  ['all of the kind', grant('stock', 'HTTPRoute', 'shop', { kind: 'Service' }), true],
  ['the one by name', grant('stock', 'HTTPRoute', 'shop', { kind: 'Service', name: 'db' }), true],
  ['an empty name', grant('stock', 'HTTPRoute', 'shop', { kind: 'Service', name: '' }), true],
  ['another name', grant('stock', 'HTTPRoute', 'shop', { kind: 'Service', name: 'other' }), false],
  ['another kind', grant('stock', 'HTTPRoute', 'shop', { kind: 'Secret' }), false],
  ['another group', grant('stock', 'HTTPRoute', 'shop', { group: 'x.test', kind: 'Service' }), false],
  ['another kind of referrer', grant('stock', 'GRPCRoute', 'shop', { kind: 'Service' }), false],
  ['another namespace of the referrer', grant('stock', 'HTTPRoute', 'other', { kind: 'Service' }), false],
  ['a grant of another namespace', grant('other', 'HTTPRoute', 'shop', { kind: 'Service' }), false],
] as const

for (const [what, one, isPermitted] of CASES)
  test(`a grant of ${what} ${isPermitted ? 'permits' : 'does not permit'} the reference`, () => {
    assert.equal(permitsOf([one])(from, to), isPermitted)
  })

test('a referrer of another group is not meant', () => {
  const one = grant('stock', 'HTTPRoute', 'shop', { kind: 'Service' })
  const foreign = { ...one, spec: { from: [{ ...one.spec!.from![0]!, group: 'x.test' }], to: one.spec!.to! } }
  assert.equal(permitsOf([foreign])(from, to), false)
})

test('grants add to each other', () => {
  const other = grant('stock', 'HTTPRoute', 'shop', { kind: 'Service', name: 'other' })
  const right = grant('stock', 'HTTPRoute', 'shop', { kind: 'Service', name: 'db' })
  assert.equal(permitsOf([other, right])(from, to), true)
  assert.equal(permitsOf([right, other])(from, to), true)
})

test('of several referrers and referents of one grant each may refer to each', () => {
  const { spec, ...one } = grant('stock', 'HTTPRoute', 'shop', { kind: 'Service' })
  const [referrer, referent] = [spec!.from![0]!, spec!.to![0]!]
  const wide = {
    ...one,
    spec: { from: [{ ...referrer, kind: 'TLSRoute' }, referrer], to: [{ ...referent, kind: 'Secret' }, referent] },
  }
  const kinds = ['HTTPRoute', 'TLSRoute'].flatMap((kind) =>
    [to, { ...to, kind: 'Secret' }].map((what) => ({ kind, what })),
  )
  for (const { kind, what } of kinds) assert.equal(permitsOf([wide])({ ...from, kind }, what), true)
})
