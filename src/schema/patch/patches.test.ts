import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type JsonObject, type JsonValue, jsonEqual } from '../json-value.ts'
import { Deployment, Pod, Service } from '../testing/messages.ts'
import { applyJsonPatch } from './json-patch.ts'
import { JsonPatchError } from './json-patch-error.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicMergePatch } from './strategic/merge.ts'
import { StrategicMergeError } from './strategic/patch-error.ts'

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>
const object = fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 5 }) as fc.Arbitrary<JsonObject>
const withoutNulls = (value: JsonValue): JsonValue =>
  Array.isArray(value) || typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== null)
          .map(([key, item]) => [key, withoutNulls(item)]),
      )

describe('applyMergePatch()', () => {
  const rfc7386: readonly (readonly [JsonValue, JsonValue, JsonValue])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  test('does as the table of RFC 7386 says', () => {
    for (const [target, patch, result] of rfc7386) assert.deepEqual(applyMergePatch(target, patch), result)
  })
  test('that names what goes, and holds all that is to be, makes the one of the other', () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        const gone = Object.fromEntries(Object.keys(from).map((key) => [key, null]))
        const target = withoutNulls(to)
        const cleared = applyMergePatch(from, gone)
        assert.ok(jsonEqual(applyMergePatch(cleared, target), target))
      }),
    )
  })
  test('changes neither of its arguments, and twice is as once', () => {
    fc.assert(
      fc.property(object, object, (target, patch) => {
        const before = JSON.stringify([target, patch])
        const once = applyMergePatch(target, patch)
        assert.ok(jsonEqual(applyMergePatch(once, patch), once))
        assert.equal(JSON.stringify([target, patch]), before)
      }),
    )
  })
})

describe('applyJsonPatch()', () => {
  test('adds, removes, replaces, moves and copies', () => {
    const document = { a: [1, 2], b: { 'x/y': 1, 'm~n': 2 } }
    const result = applyJsonPatch(document, [
      { op: 'add', path: '/a/1', value: 9 },
      { op: 'add', path: '/a/-', value: 3 },
      { op: 'remove', path: '/a/0' },
      { op: 'replace', path: '/b/x~1y', value: 5 },
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'move', from: '/b/m~0n', path: '/d' },
      { op: 'test', path: '/c', value: [9, 2, 3] },
    ])
    assert.deepEqual(result, { a: [9, 2, 3], b: { 'x/y': 5 }, c: [9, 2, 3], d: 2 })
    assert.deepEqual(document, { a: [1, 2], b: { 'x/y': 1, 'm~n': 2 } })
  })
  const refused: readonly (readonly [string, unknown, string])[] = [
    ['a failing test', [{ op: 'test', path: '/a', value: 2 }], 'PATCH_UNFIT'],
    ['a path that is not there', [{ op: 'remove', path: '/nosuch' }], 'PATCH_UNFIT'],
    ['a parent that is not there', [{ op: 'add', path: '/x/y', value: 1 }], 'PATCH_UNFIT'],
    ['an index past the end', [{ op: 'add', path: '/l/3', value: 1 }], 'PATCH_UNFIT'],
    ['a move into itself', [{ op: 'move', from: '/o', path: '/o/p' }], 'PATCH_UNFIT'],
    ['an unknown operation', [{ op: 'merge', path: '/a' }], 'PATCH_UNFIT'],
    ['an object instead of a list', { op: 'add' }, 'PATCH_MALFORMED'],
    ['ten thousand and one operations', Array(10_001).fill({ op: 'test', path: '/a', value: 1 }), 'PATCH_TOO_LARGE'],
  ]
  for (const [what, patch, code] of refused)
    test(`refuses ${what} as ${code}`, () => {
      assert.throws(
        () => applyJsonPatch({ a: 1, l: [0], o: {} }, patch),
        (error) => error instanceof JsonPatchError && error.code === code,
      )
    })
  test('takes back what it added, wherever that was', () => {
    fc.assert(
      fc.property(object, fc.string({ maxLength: 5 }), json, (document, key, value) => {
        fc.pre(!Object.hasOwn(document, key))
        const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
        const added = applyJsonPatch(document, [
          { op: 'add', path, value },
          { op: 'test', path, value },
        ])
        assert.ok(jsonEqual(applyJsonPatch(added, [{ op: 'remove', path }]), document))
      }),
    )
  })
})

describe('applyStrategicMergePatch()', () => {
  const service = (ports: object[], more: object = {}): JsonObject => ({ spec: { ports, ...more } }) as JsonObject
  const ports = (result: JsonObject): unknown => (result.spec as JsonObject).ports
  const patchPorts = (before: object[], patch: object): unknown =>
    ports(applyStrategicMergePatch(Service, service(before), { spec: patch } as never))

  test('merges a list by its key, in the order of the patch', () => {
    const result = patchPorts([{ port: 80, name: 'a' }], { ports: [{ port: 80, targetPort: 8080 }, { port: 443 }] })
    assert.deepEqual(result, [{ port: 80, name: 'a', targetPort: 8080 }, { port: 443 }])
  })
  test('deletes an element by $patch: delete, and a field by null', () => {
    assert.deepEqual(patchPorts([{ port: 80 }, { port: 81 }], { ports: [{ $patch: 'delete', port: 80 }] }), [
      { port: 81 },
    ])
    assert.deepEqual(patchPorts([{ port: 80, name: 'a' }], { ports: [{ port: 80, name: null }] }), [{ port: 80 }])
  })
  test('replaces a list by $patch: replace among its elements, and an object by $patch: replace in it', () => {
    assert.deepEqual(patchPorts([{ port: 80 }], { ports: [{ $patch: 'replace' }, { port: 9 }] }), [{ port: 9 }])
    const replaced = applyStrategicMergePatch(Service, service([], { type: 'NodePort' }), {
      spec: { $patch: 'replace', clusterIP: 'None' },
    })
    assert.deepEqual(replaced, { spec: { clusterIP: 'None' } })
  })
  test('puts elements in the order of $setElementOrder, those of the server alone near their neighbours', () => {
    const result = patchPorts([{ port: 1 }, { port: 2 }, { port: 3 }], {
      '$setElementOrder/ports': [{ port: 3 }, { port: 4 }, { port: 1 }],
      ports: [{ port: 4 }],
    })
    assert.deepEqual(result, [{ port: 2 }, { port: 3 }, { port: 4 }, { port: 1 }])
  })
  test('keeps only $retainKeys, as a change of a Deployment strategy needs it', () => {
    const before = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } }
    const result = applyStrategicMergePatch(Deployment, before, {
      spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    })
    assert.deepEqual(result, { spec: { strategy: { type: 'Recreate' } } })
  })
  test('merges and prunes lists of scalars as sets', () => {
    const before = { metadata: { finalizers: ['a', 'b'] } }
    const added = applyStrategicMergePatch(Pod, before, { metadata: { finalizers: ['b', 'c'] } })
    assert.deepEqual(added, { metadata: { finalizers: ['a', 'b', 'c'] } })
    const removed = applyStrategicMergePatch(Pod, added, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } })
    assert.deepEqual(removed, { metadata: { finalizers: ['b', 'c'] } })
  })
  test('replaces lists that have no merge key, merges maps, and reaches into inlined messages', () => {
    const before = {
      metadata: { labels: { a: '1', b: '2' } },
      spec: {
        containers: [
          {
            name: 'c',
            args: ['x'],
            env: [{ name: 'A', value: '1' }],
            readinessProbe: { httpGet: { port: 1, path: '/' } },
          },
        ],
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    }
    const result = applyStrategicMergePatch(Pod, before, {
      metadata: { labels: { a: null, c: '3' } },
      spec: {
        containers: [
          { name: 'c', args: ['y'], env: [{ name: 'B', value: '2' }], readinessProbe: { httpGet: { port: 2 } } },
        ],
        volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/' } }],
      },
    })
    assert.deepEqual(result, {
      metadata: { labels: { b: '2', c: '3' } },
      spec: {
        containers: [
          {
            name: 'c',
            args: ['y'],
            env: [
              { name: 'B', value: '2' },
              { name: 'A', value: '1' },
            ],
            readinessProbe: { httpGet: { port: 2, path: '/' } },
          },
        ],
        volumes: [{ name: 'v', hostPath: { path: '/' } }],
      },
    })
  })
  test('refuses an element without its key, an unknown directive, and an order that lacks an element', () => {
    const refuses = (patch: object, code: string): void =>
      assert.throws(
        () => patchPorts([{ port: 80 }], patch),
        (error) => error instanceof StrategicMergeError && error.code === code,
      )
    refuses({ ports: [{ name: 'x' }] }, 'PATCH_UNFIT')
    refuses({ ports: [{ $patch: 'swap', port: 80 }] }, 'PATCH_UNFIT')
    refuses({ '$setElementOrder/ports': [{ port: 1 }], ports: [{ port: 2 }] }, 'PATCH_UNFIT')
    refuses({ $retainKeys: ['type'], clusterIP: 'None' }, 'PATCH_FORMAT')
  })
  test('of any Services: leaves its arguments alone, keeps keys unique, and twice is as once', () => {
    const port = fc.record(
      { port: fc.integer({ min: 1, max: 6 }), name: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }) },
      { requiredKeys: ['port'] },
    )
    const unique = fc.uniqueArray(port, { selector: (entry) => entry.port, maxLength: 5 })
    fc.assert(
      fc.property(
        unique,
        unique,
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2', null)),
        (before, patch, selector) => {
          const original = JSON.parse(JSON.stringify(service(before, { selector: { a: '1', z: '9' } })))
          const change = JSON.parse(JSON.stringify({ spec: { ports: patch, selector } }))
          const texts = JSON.stringify([original, change])
          const once = applyStrategicMergePatch(Service, original, change)
          assert.equal(JSON.stringify([original, change]), texts)
          assert.deepEqual(applyStrategicMergePatch(Service, once, change), once)
          const keys = (ports(once) as { port: number }[]).map((entry) => entry.port)
          assert.equal(new Set(keys).size, keys.length)
          assert.deepEqual(new Set(keys), new Set([...before, ...patch].map((entry) => entry.port)))
          assert.equal(((once.spec as JsonObject).selector as JsonObject).z, '9')
        },
      ),
    )
  })
})
