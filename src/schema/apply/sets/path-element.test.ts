import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  canonicalElement,
  FieldSetError,
  formatElement,
  indexElement,
  keyElement,
  sortedElements,
  valueElement,
} from './path-element.ts'

test('elements stand in order of their kinds, and then of what they say', () => {
  const sorted = [
    '.',
    'f:A',
    'f:a',
    'f:ab',
    'f:b',
    'f:\uffff',
    'f:😀',
    'k:{"a":1}',
    'k:{"a":1,"b":2}',
    'k:{"a":"x"}',
    'k:{"port":80,"protocol":"TCP"}',
    'k:{"port":80,"protocol":"UDP"}',
    'k:{"port":443,"protocol":"TCP"}',
    'v:9',
    'v:10',
    'v:9007199254740993',
    'v:9223372036854775806',
    'v:9223372036854775807',
    'v:"a"',
    'v:"ab"',
    'v:"b"',
    'v:false',
    'v:true',
    'v:[1]',
    'v:[2]',
    'v:{"a":1}',
    'v:null',
    'i:2',
    'i:10',
  ]
  assert.deepEqual(sortedElements([...sorted].reverse()), sorted)
  assert.deepEqual(sortedElements(['f:b', '.', 'f:a']), ['.', 'f:a', 'f:b'])
  assert.deepEqual(sortedElements(['f:a', 'f:b']), ['f:a', 'f:b'])
  assert.deepEqual(sortedElements([]), [])
})

test('what a key says is written as Go writes it, its names sorted', () => {
  assert.equal(keyElement([['name', 'a<b>&\u2028']]), 'k:{"name":"a\\u003cb\\u003e\\u0026\\u2028"}')
  assert.equal(valueElement('\b\f\\b'), 'v:"\\u0008\\u000c\\\\b"')
  assert.equal(indexElement(3), 'i:3')
  assert.equal(canonicalElement('k:{ "b": 2, "a": 1.0 }'), 'k:{"a":1,"b":2}')
  assert.equal(canonicalElement('v: "x"'), 'v:"x"')
  assert.equal(canonicalElement('i:+07'), 'i:7')
  assert.equal(canonicalElement('f:a:b'), 'f:a:b')
})

test('an element of a kind that nobody knows is none, and one without a kind is a fault', () => {
  assert.equal(canonicalElement('x:1'), undefined)
  for (const text of ['f', 'name', 'k:[1]', 'k:{', 'v:', 'i:x'])
    assert.throws(() => canonicalElement(text), FieldSetError)
})

test('messages name elements as Kubernetes does', () => {
  assert.equal(formatElement('f:spec'), '.spec')
  assert.equal(formatElement('k:{"port":80,"protocol":"TCP"}'), '[port=80,protocol="TCP"]')
  assert.equal(formatElement('v:"a"'), '[="a"]')
  assert.equal(formatElement('i:3'), '[3]')
})
