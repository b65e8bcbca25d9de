import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fields, listOf, mapOf, number, oneOf, text } from './shape.ts'

test('a value has a form or the first place where it has not is told', () => {
  const shape = fields({ name: text, size: number, kind: oneOf('a', 'b'), all: listOf(fields({ to: mapOf(text) })) })
  for (const [value, problem] of [
    [{}, undefined],
    [{ name: 'x', size: 1, kind: 'b', all: [{ to: { one: 'y' } }, {}] }, undefined],
    [{ name: undefined }, undefined],
    [null, 'spec is no object'],
    [[], 'spec is no object'],
    [{ name: null }, 'spec.name is no text'],
    [{ size: '1' }, 'spec.size is no number'],
    [{ kind: 'c' }, 'spec.kind is none of a, b'],
    [{ all: {} }, 'spec.all is no list'],
    [{ all: [{}, { to: [] }] }, 'spec.all[1].to is no object'],
    [{ all: [{ to: { one: 'y', two: 2 } }] }, 'spec.all[0].to.two is no text'],
    [{ other: 1 }, 'spec.other is not known'],
    [{ constructor: 1 }, 'spec.constructor is not known'],
  ] as const)
    assert.equal(shape(value, 'spec'), problem, JSON.stringify(value))
})
