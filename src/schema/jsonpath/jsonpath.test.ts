import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findByPath } from './find.ts'
import { JsonPathError, parseJsonPath } from './parse.ts'

const object = {
  metadata: { name: 'a', annotations: { 'example.com/x': 'dotted' } },
  spec: { size: 3, list: ['p', 'q', 'r', 's'], nothing: null, nested: { b: { name: 'y' }, a: { name: 'x' } } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Other', status: 'False', n: 5 },
    ],
  },
}
const find = (path: string): readonly unknown[] => findByPath(parseJsonPath(path), object)

test('members are found by dots, by quotes and by escaped dots', () => {
  assert.deepEqual(find('.metadata.name'), ['a'])
  assert.deepEqual(find("$.metadata['name']"), ['a'])
  assert.deepEqual(find('.metadata.annotations.example\\.com/x'), ['dotted'])
  assert.deepEqual(find(".metadata.annotations['example.com/x']"), ['dotted'])
  assert.deepEqual(find('.metadata.absent.deeper'), [])
  assert.deepEqual(find('.spec.nothing'), [null])
  assert.deepEqual(find('.metadata.constructor'), [])
  assert.deepEqual(find('.'), [object])
})

test('items are found by number, by range and all together', () => {
  assert.deepEqual([find('.spec.list[0]'), find('.spec.list[-1]'), find('.spec.list[9]')], [['p'], ['s'], []])
  assert.deepEqual(
    [find('.spec.list[1:3]'), find('.spec.list[:2]'), find('.spec.list[2:]')],
    [
      ['q', 'r'],
      ['p', 'q'],
      ['r', 's'],
    ],
  )
  assert.deepEqual(
    [find('.spec.list[::2]'), find('.spec.list[-2:]')],
    [
      ['p', 'r'],
      ['r', 's'],
    ],
  )
  assert.deepEqual(
    [find('.spec.list[*]'), find('.spec.list[0,2]')],
    [
      ['p', 'q', 'r', 's'],
      ['p', 'r'],
    ],
  )
  assert.deepEqual(find('.spec.nested.*.name'), ['x', 'y'])
  assert.deepEqual(find('.spec.size[0]'), [])
  assert.deepEqual(find('..name'), ['a', 'x', 'y'])
})

test('items are found by what they hold', () => {
  assert.deepEqual(find('.status.conditions[?(@.type=="Ready")].status'), ['True'])
  assert.deepEqual(find(".status.conditions[?(@.type == 'Other')].status"), ['False'])
  assert.deepEqual(find('.status.conditions[?(@.n>1)].type'), ['Other'])
  assert.deepEqual(find('.status.conditions[?(@.n<=1)].type'), ['Ready'])
  assert.deepEqual(find('.status.conditions[?(@.n!=1)].type'), ['Other'])
  assert.deepEqual(find('.status.conditions[?(@.status)].type'), ['Ready', 'Other'])
  assert.deepEqual(find('.status.conditions[?(@.absent=="x")].type'), [])
  assert.deepEqual(find('.spec.nested[?(@.name=="x")]'), [])
})

test('a path that cannot be read is told of', () => {
  for (const path of ['.spec.list[', '.spec.list[x]', '.a[?(@.b==)]', '.a[?(@.b=="c"]', '.spec..', ".a['b]", 'spec'])
    assert.throws(() => parseJsonPath(path), JsonPathError, path)
})
