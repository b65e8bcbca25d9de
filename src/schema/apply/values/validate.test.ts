import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonValue } from '../../json-value.ts'
import { Everything, Pod, Service } from '../../testing/messages.ts'
import { type FieldType, keyedList, mapOf, setList } from '../types/field-type.ts'
import { messageType } from '../types/message-type.ts'
import { formatProblems, validateValue } from './validate.ts'

const problems = (type: FieldType, value: JsonValue): string => formatProblems(validateValue(type, value))
const service = (value: JsonValue): string => problems(messageType(Service), value)

test('a configuration that fits has no problems, also where it says null', () => {
  assert.deepEqual(
    validateValue(messageType(Service), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { labels: null, finalizers: ['a'], creationTimestamp: null },
      spec: { ports: [{ port: 80, targetPort: 'web' }], selector: { a: 'b' }, type: null },
    }),
    [],
  )
})

test('problems are told in the words of structured-merge-diff', () => {
  assert.equal(service({ nosuch: 1 }), '.nosuch: field not declared in schema')
  assert.equal(
    service({ spec: { ports: [{ port: 80, no: 1 }] } }),
    '.spec.ports[port=80,protocol="TCP"].no: field not declared in schema',
  )
  assert.equal(service({ spec: [] }), '.spec: expected map, got &{[]}')
  assert.equal(service({ spec: { ports: { a: 1 } } }), '.spec.ports: expected list, got &{map[a:1]}')
  assert.equal(service({ spec: { type: 3 } }), '.spec.type: expected string, got &value.valueUnstructured{Value:3}')
  assert.equal(
    service({ spec: { type: { a: ['b', null] } } }),
    '.spec.type: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{"b", interface {}(nil)}}}',
  )
  assert.equal(
    problems(messageType(Everything), { flag: 'x', small: 'y' }),
    'errors:\n  .flag: expected boolean, got &{x}\n  .small: expected numeric (int or float), got string',
  )
  assert.equal(problems(messageType(Everything), { port: {} }), '.port: expected any scalar, got &{map[]}')
  for (const [value, type] of [
    [true, 'bool'],
    [1.5, ''],
    [[], '[]interface {}'],
    [{}, 'map[string]interface {}'],
  ] as const)
    if (type !== '')
      assert.equal(problems({ scalar: 'numeric' }, value), `expected numeric (int or float), got ${type}`)
  assert.equal(problems({}, 1), 'schema error: invalid atom: inlined')
})

test('items that stand twice are refused, and those that cannot be told from others', () => {
  assert.equal(
    service({ metadata: { finalizers: ['a', 'a'] } }),
    '.metadata.finalizers: duplicate entries for key [="a"]',
  )
  const env: JsonValue = [{ name: 'B' }, { name: 'B', value: '3' }]
  assert.equal(
    problems(messageType(Pod), { spec: { containers: [{ name: 'c', env }] } }),
    '.spec.containers[name="c"].env: duplicate entries for key [name="B"]',
  )
  const keyed = keyedList(mapOf({ scalar: 'string' }, false), ['b', 'a'], new Map())
  assert.equal(
    problems(keyed, [{ c: 'x' }]),
    'element 0: associative list with keys has an element that omits all key fields ["b" "a"] (and doesn\'t have default values for any key fields)',
  )
  assert.equal(problems(keyed, [null]), 'element 0: associative list with keys may not have a null element')
  assert.equal(problems(keyed, ['x']), 'element 0: associative list with keys may not have non-map elements')
  const set = setList({ scalar: 'string' })
  assert.equal(problems(set, [{}]), "element 0: associative list without keys has an element that's a map type")
  assert.equal(problems(set, [[]]), 'element 0: not supported: associative list with lists as elements')
  assert.equal(problems(set, [null]), "element 0: associative list without keys has an element that's an explicit null")
})

test('keys that are null or left out without a default tell items apart all the same', () => {
  const keyed = keyedList(mapOf({ scalar: 'string' }, false), ['a', 'b'], new Map())
  assert.deepEqual(validateValue(keyed, [{ a: 'x' }, { a: 'x', b: 'y' }, { a: 'x', b: null }]), [])
})
