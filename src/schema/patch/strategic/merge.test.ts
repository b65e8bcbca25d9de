import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../json-value.ts'
import { Deployment, Everything, Pod, Service } from '../../testing/messages.ts'
import { applyMergePatch } from '../merge-patch.ts'
import { applyStrategicMergePatch } from './merge.ts'
import type { StrategicMergeError } from './patch-error.ts'

describe('applyStrategicMergePatch(), directive by directive', () => {
  const outcome = (message: unknown, original: object, patch: object): unknown => {
    const before = JSON.stringify([original, patch])
    try {
      return applyStrategicMergePatch(message as typeof Service, original as JsonObject, patch as JsonObject)
    } catch (error) {
      const { code, message } = error as StrategicMergeError
      return `${code} ${message}`
    } finally {
      assert.equal(JSON.stringify([original, patch]), before)
    }
  }
  const spec = (of: object): object => ({ spec: of })
  const ports = (...items: readonly unknown[]): object => spec({ ports: items })
  const order = (order: readonly unknown[], ...items: readonly unknown[]): object =>
    spec({ '$setElementOrder/ports': order, ports: items })
  const DELETE_PREFIX = '$deleteFromPrimitiveList/finalizers'
  const cases: readonly (readonly [string, unknown, object, object, unknown])[] = [
    [
      'an object deleted as a whole is empty',
      Service,
      spec({ type: 'A' }),
      { spec: { $patch: 'delete' } },
      { spec: {} },
    ],
    [
      'to merge is no directive',
      Service,
      spec({ type: 'A' }),
      { spec: { $patch: 'merge', clusterIP: 'B' } },
      'PATCH_UNFIT unknown patch type: merge in map: map[$patch:merge clusterIP:B]',
    ],
    [
      'an object replaced has what the patch has, and nothing of it is read as a directive',
      Service,
      spec({ type: 'A' }),
      { spec: { $patch: 'replace', clusterIP: 'B', selector: { a: '1', b: null } } },
      { spec: { clusterIP: 'B', selector: { a: '1', b: null } } },
    ],
    [
      'an unknown directive is refused',
      Service,
      spec({}),
      { spec: { $patch: 'swap' } },
      'PATCH_UNFIT unknown patch type: swap in map: map[$patch:swap]',
    ],
    [
      'an unknown directive of an item is refused',
      Service,
      ports({ port: 80 }),
      ports({ $patch: 'swap', port: 80 }),
      'PATCH_UNFIT unknown patch type: swap in map: map[$patch:swap port:80]',
    ],
    [
      'a directive of another type is refused as Go prints it',
      Service,
      spec({}),
      { spec: { $patch: 1 } },
      'PATCH_UNFIT unknown patch type: %!s(int64=1) in map: map[$patch:1]',
    ],
    [
      'an item cannot be told to merge',
      Service,
      ports({ port: 80 }),
      ports({ $patch: 'merge', port: 80 }),
      'PATCH_UNFIT merging lists cannot yet be specified in the patch',
    ],
    [
      'a null takes a field away, and one that is not there stays away',
      Service,
      spec({ type: 'A' }),
      { spec: { type: null, x: null } },
      { spec: {} },
    ],
    [
      'a scalar becomes an object',
      Service,
      spec({ type: 'A' }),
      { spec: { type: { a: 1, b: null } } },
      { spec: { type: { a: 1 } } },
    ],
    [
      'an object becomes a scalar',
      Service,
      { spec: { selector: { a: '1' } } },
      { spec: { selector: 'x' } },
      { spec: { selector: 'x' } },
    ],
    [
      'what the object lacks comes without nulls, and without what holds a directive; other directives are fields',
      Service,
      {},
      { spec: { $retainKeys: ['type'], type: 'A', clusterIP: null, selector: { $patch: 'replace', a: '1' } } },
      { spec: { $retainKeys: ['type'], type: 'A' } },
    ],
    ['what the object lacks cannot be deleted', Service, {}, { spec: { $patch: 'delete', type: 'A' } }, {}],
    [
      'a list without a strategy is replaced as it comes',
      Service,
      spec({ externalIPs: ['a'] }),
      spec({ externalIPs: ['b', { $patch: 'delete', x: null }] }),
      spec({ externalIPs: ['b', { $patch: 'delete', x: null }] }),
    ],
    [
      'a field that is none is not merged',
      Service,
      { x: { a: { b: 1 } } },
      { x: { a: { c: 2 } } },
      'PATCH_UNFIT unable to find api field in struct Service for the json field "x"',
    ],
    [
      'and stands there as it comes where the object has none',
      Service,
      spec({ type: 'A' }),
      { x: { a: 1 } },
      { spec: { type: 'A' }, x: { a: 1 } },
    ],
    [
      'what a map holds is not merged',
      Everything,
      { byName: { a: { name: 'n' } } },
      { byName: { a: { value: 'v' } } },
      'PATCH_UNFIT merging an object in json but data type is not struct, instead is: map',
    ],
    [
      'a list where the kind has none is not merged',
      Service,
      { spec: { selector: ['a'] } },
      { spec: { selector: ['b'] } },
      'PATCH_UNFIT expected slice or array type, but got: struct',
    ],
    [
      'a list that was none becomes one',
      Service,
      { spec: { ports: 'x' } },
      ports({ port: 80 }),
      { spec: { ports: [{ port: 80 }] } },
    ],
    [
      'items are merged by their key, in the order of the patch; new ones stand before what only the object has',
      Service,
      ports({ port: 1, name: 'a' }, { port: 3 }),
      ports({ port: 2 }, { port: 1, protocol: 'UDP' }, { port: 2, name: 'b' }),
      { spec: { ports: [{ port: 2, name: 'b' }, { port: 1, name: 'a', protocol: 'UDP' }, { port: 3 }] } },
    ],
    [
      'an item of the object without its key is refused',
      Service,
      ports({ name: 'odd' }),
      ports({ port: 2 }),
      'PATCH_UNFIT map: map[name:odd] does not contain declared merge key: port',
    ],
    [
      'items are of one type',
      Service,
      ports({ port: 1 }),
      ports('x'),
      'PATCH_UNFIT list element types are not identical: [[map[port:1]] [x]]',
    ],
    ['and no lists', Service, ports(), ports([]), 'PATCH_REJECTED lists of lists are not supported'],
    [
      'an item without its key is refused',
      Service,
      ports(),
      ports({ name: 'x' }),
      'PATCH_UNFIT map: map[name:x] does not contain declared merge key: port',
    ],
    [
      'a deletion without its key is refused',
      Service,
      ports(),
      ports({ $patch: 'delete' }),
      'PATCH_UNFIT map: map[$patch:delete] does not contain declared merge key: port',
    ],
    [
      'an item that is no object is refused',
      Service,
      ports(),
      ports('x'),
      'PATCH_UNFIT expected a map[string]interface {}, but received a string',
    ],
    [
      'a list replaced holds the other items alone',
      Service,
      ports({ port: 1 }),
      ports({ port: 2, name: null }, { $patch: 'replace' }),
      { spec: { ports: [{ port: 2, name: null }] } },
    ],
    [
      'items deleted go, each by its key, and others stay',
      Service,
      ports({ port: 1 }, { port: 2 }, { port: 3 }),
      ports({ port: 1, $patch: 'delete' }, { port: 9, $patch: 'delete' }),
      { spec: { ports: [{ port: 2 }, { port: 3 }] } },
    ],
    [
      'scalars merge as a set',
      Pod,
      { metadata: { finalizers: ['a', 'b', 'a'] } },
      { metadata: { finalizers: ['c', 'b'] } },
      { metadata: { finalizers: ['c', 'a', 'b'] } },
    ],
    [
      'scalars are taken out of a set',
      Pod,
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { [DELETE_PREFIX]: ['a', 'x'] } },
      { metadata: { finalizers: ['b'] } },
    ],
    [
      'scalars are added and taken out at once',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { [DELETE_PREFIX]: ['a'], finalizers: ['b'] } },
      { metadata: { finalizers: ['b'] } },
    ],
    [
      'nothing is taken out of what is not there',
      Pod,
      { metadata: {} },
      { metadata: { [DELETE_PREFIX]: ['a'] } },
      { metadata: {} },
    ],
    [
      'what is no list takes nothing out',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { [DELETE_PREFIX]: 'a' } },
      { metadata: { finalizers: ['a'] } },
    ],
    [
      'what is taken out is scalar, too',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { [DELETE_PREFIX]: ['a', {}] } },
      'PATCH_UNFIT list element types are not identical: [[a] [a map[]]]',
    ],
    [
      'a null takes out the whole list',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { [DELETE_PREFIX]: null } },
      { metadata: {} },
    ],
    [
      'a directive without its list is refused',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { $deleteFromPrimitiveList: ['a'] } },
      'PATCH_FORMAT invalid patch format of primitive list',
    ],
    [
      'an order without its list is refused',
      Pod,
      { metadata: { finalizers: ['a'] } },
      { metadata: { $setElementOrder: ['a'] } },
      'PATCH_FORMAT invalid patch format of setElementOrder list',
    ],
    [
      'keys that are not retained go',
      Deployment,
      spec({ strategy: { type: 'A', rollingUpdate: {}, x: 1 } }),
      { spec: { strategy: { $retainKeys: ['type', 'x'], rollingUpdate: null } } },
      { spec: { strategy: { type: 'A', x: 1 } } },
    ],
    [
      'what the patch sets must be retained',
      Deployment,
      spec({ strategy: {} }),
      { spec: { strategy: { $retainKeys: ['x'], type: 'A' } } },
      'PATCH_FORMAT invalid patch format of retainKeys',
    ],
    [
      'what is retained is a list',
      Deployment,
      spec({ strategy: {} }),
      { spec: { strategy: { $retainKeys: 'type' } } },
      'PATCH_FORMAT invalid patch format of retainKeys',
    ],
    [
      'an order is a list',
      Service,
      ports({ port: 1 }),
      spec({ '$setElementOrder/ports': 'x' }),
      'PATCH_UNFIT expected a []interface {}, but received a string',
    ],
    [
      'an order of items holds objects',
      Service,
      ports({ port: 1 }),
      spec({ '$setElementOrder/ports': [1] }),
      'PATCH_UNFIT expected a map[string]interface {}, but received a int64',
    ],
    [
      'an order names keys',
      Service,
      ports({ port: 1 }),
      order([{ name: 'x' }]),
      'PATCH_UNFIT map: map[name:x] does not contain declared merge key: port',
    ],
    [
      'an order of what is not there is passed over',
      Service,
      spec({}),
      spec({ '$setElementOrder/ports': [{ port: 1 }] }),
      { spec: {} },
    ],
    [
      'a list that is replaced has an order, too',
      Service,
      spec({ externalIPs: ['a', 'b'] }),
      spec({ '$setElementOrder/externalIPs': ['b', 'a'] }),
      { spec: { externalIPs: ['b', 'a'] } },
    ],
    [
      'an order holds all that the patch sets',
      Service,
      ports({ port: 1 }),
      order([{ port: 1 }], { port: 2 }),
      "PATCH_UNFIT The order in patch list:\n[map[port:2]]\n doesn't match $setElementOrder list:\n[map[port:1]]\n",
    ],
    [
      'an order need not hold what the patch deletes',
      Service,
      ports({ port: 1 }, { port: 2 }),
      order([{ port: 1 }], { port: 2, $patch: 'delete' }),
      { spec: { ports: [{ port: 1 }] } },
    ],
    [
      'an order turns a list round',
      Service,
      ports({ port: 1 }, { port: 2 }, { port: 3 }),
      order([{ port: 3 }, { port: 2 }, { port: 1 }]),
      { spec: { ports: [{ port: 3 }, { port: 2 }, { port: 1 }] } },
    ],
    [
      'what only the server has stays before those that stood behind it',
      Service,
      ports({ port: 7 }, { port: 1 }, { port: 8 }, { port: 2 }, { port: 9 }),
      order([{ port: 1 }, { port: 2 }]),
      { spec: { ports: [{ port: 7 }, { port: 1 }, { port: 8 }, { port: 2 }, { port: 9 }] } },
    ],
    [
      'what is new goes before what only the server has',
      Service,
      ports({ port: 7 }),
      order([{ port: 1 }], { port: 1 }),
      { spec: { ports: [{ port: 1 }, { port: 7 }] } },
    ],
    [
      'scalars are put in order',
      Pod,
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { '$setElementOrder/finalizers': ['c', 'b', 'a'], finalizers: ['c'] } },
      { metadata: { finalizers: ['c', 'b', 'a'] } },
    ],
    [
      'an inlined message’s field is found',
      Pod,
      spec({ volumes: [{ name: 'v', emptyDir: { medium: 'x' } }] }),
      spec({ volumes: [{ name: 'v', emptyDir: { y: 1 } }] }),
      { spec: { volumes: [{ name: 'v', emptyDir: { medium: 'x', y: 1 } }] } },
    ],
  ]
  for (const [what, message, original, patch, expected] of cases)
    test(what, () => assert.deepEqual(outcome(message, original, patch), expected))

  test('a key __proto__ is a key like others', () => {
    const patch = JSON.parse('{"metadata":{"labels":{"__proto__":"x"}},"spec":{"$patch":"replace","__proto__":1}}')
    const result = outcome(Service, JSON.parse('{"metadata":{"labels":{"__proto__":"y","a":"b"}},"spec":{}}'), patch)
    assert.equal(JSON.stringify(result), '{"metadata":{"labels":{"__proto__":"x","a":"b"}},"spec":{"__proto__":1}}')
    const merged = applyMergePatch(
      JSON.parse('{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"b":2},"c":{"__proto__":1}}'),
    )
    assert.equal(JSON.stringify(merged), '{"__proto__":{"a":1,"b":2},"c":{"__proto__":1}}')
    assert.equal(JSON.stringify(applyMergePatch(merged, JSON.parse('{"__proto__":null}'))), '{"c":{"__proto__":1}}')
  })
})
