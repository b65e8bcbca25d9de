import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../json-value.ts'
import { Deployment, Everything, Pod, Service } from '../testing/messages.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicMergePatch, type StrategicMergeError } from './strategic-merge.ts'

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
      'an object merged says so and changes nothing else',
      Service,
      spec({ type: 'A' }),
      { spec: { $patch: 'merge', clusterIP: 'B' } },
      { spec: { type: 'A', clusterIP: 'B' } },
    ],
    [
      'an object replaced has what the patch has, without nulls',
      Service,
      spec({ type: 'A' }),
      { spec: { $patch: 'replace', clusterIP: 'B', selector: { a: '1', b: null } } },
      { spec: { clusterIP: 'B', selector: { a: '1' } } },
    ],
    [
      'an unknown directive is refused',
      Service,
      spec({}),
      { spec: { $patch: 'swap' } },
      'PATCH_FORMAT unknown patch type found: "swap"',
    ],
    [
      'an unknown directive of an item is refused',
      Service,
      ports({ port: 80 }),
      ports({ $patch: 'swap', port: 80 }),
      'PATCH_FORMAT unknown patch type found: "swap"',
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
      'what the object lacks comes from the patch without its directives',
      Service,
      {},
      { spec: { $retainKeys: ['type', 'selector'], type: 'A', selector: { $patch: 'merge', a: '1' } } },
      { spec: { type: 'A', selector: { a: '1' } } },
    ],
    ['what the object lacks cannot be deleted', Service, {}, { spec: { $patch: 'delete', type: 'A' } }, { spec: {} }],
    [
      'a list without a strategy is replaced, its directives and nulls dropped',
      Service,
      spec({ externalIPs: ['a'] }),
      {
        spec: {
          externalIPs: [
            'b',
            { $patch: 'delete', x: 1 },
            {
              $patch: 'merge',
              $retainKeys: [],
              '$deleteFromPrimitiveList/x': [],
              '$setElementOrder/x': [],
              y: null,
              z: [1],
            },
          ],
        },
      },
      { spec: { externalIPs: ['b', { z: [1] }] } },
    ],
    [
      'a field of the tables’ that is none is merged as JSON',
      Service,
      { x: { a: { b: 1 }, l: [1] } },
      { x: { a: { c: 2 }, l: [2] } },
      { x: { a: { b: 1, c: 2 }, l: [2] } },
    ],
    [
      'a list that was none becomes one',
      Service,
      { spec: { ports: 'x' } },
      ports({ port: 80 }),
      { spec: { ports: [{ port: 80 }] } },
    ],
    [
      'items are merged by their key, and a new one keeps its place at the end',
      Service,
      ports({ port: 1, name: 'a' }, { name: 'odd' }),
      ports({ port: 2 }, { port: 1, protocol: 'UDP' }, { port: 2, name: 'b' }),
      { spec: { ports: [{ port: 1, name: 'a', protocol: 'UDP' }, { name: 'odd' }, { port: 2, name: 'b' }] } },
    ],
    [
      'an item without its key is refused',
      Service,
      ports(),
      ports({ name: 'x' }),
      'PATCH_REJECTED map: {"name":"x"} does not contain declared merge key: port',
    ],
    [
      'a deletion without its key is refused',
      Service,
      ports(),
      ports({ $patch: 'delete' }),
      'PATCH_REJECTED map: {"$patch":"delete"} does not contain declared merge key: port',
    ],
    [
      'an item that is no object is refused',
      Service,
      ports(),
      ports('x'),
      'PATCH_REJECTED a list merged by port holds objects, not "x"',
    ],
    [
      'a list replaced holds the other items alone',
      Service,
      ports({ port: 1 }),
      ports({ port: 2, name: null }, { $patch: 'replace' }),
      { spec: { ports: [{ port: 2 }] } },
    ],
    [
      'items deleted go, each by its key, and others stay',
      Service,
      ports({ port: 1 }, { port: 2 }, { name: 'odd' }),
      ports({ port: 1, $patch: 'delete' }, { port: 9, $patch: 'delete' }),
      { spec: { ports: [{ port: 2 }, { name: 'odd' }] } },
    ],
    [
      'scalars merge as a set',
      Pod,
      { metadata: { finalizers: ['a', 'b', 'a'] } },
      { metadata: { finalizers: ['c', 'b'] } },
      { metadata: { finalizers: ['a', 'b', 'c'] } },
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
      'what is taken out is a list',
      Pod,
      { metadata: {} },
      { metadata: { [DELETE_PREFIX]: 'a' } },
      `PATCH_FORMAT invalid patch format of primitive list: ${DELETE_PREFIX}`,
    ],
    [
      'what is taken out is scalar',
      Pod,
      { metadata: {} },
      { metadata: { [DELETE_PREFIX]: ['a', {}] } },
      `PATCH_FORMAT invalid patch format of primitive list: ${DELETE_PREFIX}`,
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
      'PATCH_FORMAT invalid patch format of retainKeys: type',
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
      'PATCH_FORMAT invalid patch format of setElementOrder list',
    ],
    [
      'an order of items holds objects',
      Service,
      ports({ port: 1 }),
      order([1]),
      'PATCH_FORMAT invalid patch format of setElementOrder list',
    ],
    [
      'an order names keys',
      Service,
      ports({ port: 1 }),
      order([{ name: 'x' }]),
      'PATCH_REJECTED map: {"name":"x"} does not contain declared merge key: port',
    ],
    [
      'an order of what is not there is passed over',
      Service,
      spec({}),
      spec({ '$setElementOrder/ports': [{ port: 1 }] }),
      { spec: {} },
    ],
    [
      'an order of a list that is replaced is passed over',
      Service,
      spec({ externalIPs: ['a', 'b'] }),
      spec({ '$setElementOrder/externalIPs': ['b', 'a'] }),
      { spec: { externalIPs: ['a', 'b'] } },
    ],
    [
      'an order holds all that the patch sets',
      Service,
      ports({ port: 1 }),
      order([{ port: 1 }], { port: 2 }),
      'PATCH_FORMAT The order in patch list:\n[{"port":2}]\n doesn\'t match $setElementOrder/ports list:\n[{"port":1}]\n',
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
    [
      'a map of messages is merged key by key',
      Everything,
      { byName: { a: { name: 'n', value: 'v' } } },
      { byName: { a: { value: null }, b: { name: 'm' } } },
      { byName: { a: { name: 'n' }, b: { name: 'm' } } },
    ],
  ]
  for (const [what, message, original, patch, expected] of cases)
    test(what, () => assert.deepEqual(outcome(message, original, patch), expected))

  test('a key __proto__ is a key like others', () => {
    const patch = JSON.parse('{"metadata":{"labels":{"__proto__":"x"}},"spec":{"$patch":"replace","__proto__":1}}')
    const result = outcome(Service, JSON.parse('{"metadata":{"labels":{"__proto__":"y","a":"b"}}}'), patch)
    assert.equal(JSON.stringify(result), '{"metadata":{"labels":{"__proto__":"x","a":"b"}},"spec":{"__proto__":1}}')
    const merged = applyMergePatch(
      JSON.parse('{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"b":2},"c":{"__proto__":1}}'),
    )
    assert.equal(JSON.stringify(merged), '{"__proto__":{"a":1,"b":2},"c":{"__proto__":1}}')
    assert.equal(JSON.stringify(applyMergePatch(merged, JSON.parse('{"__proto__":null}'))), '{"c":{"__proto__":1}}')
  })
})
