import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JsonValue } from '../../json-value.ts'
import { Deployment, Pod, Service } from '../../testing/messages.ts'
import { isEmpty, pathsOf, union } from '../sets/field-set.ts'
import { serviceObject } from '../testing/objects.ts'
import { DEDUCED, mapOf, setList } from '../types/field-type.ts'
import { messageType } from '../types/message-type.ts'
import { compareValues } from './compare.ts'

const service = messageType(Service)
const compare = (before: JsonValue, after: JsonValue, type = service, isTyped = true) => {
  const { added, modified, removed } = compareValues(type, before, after, isTyped)
  return {
    ...(isEmpty(added) ? {} : { added }),
    ...(isEmpty(modified) ? {} : { modified }),
    ...(isEmpty(removed) ? {} : { removed }),
  }
}
const spec = (value: JsonValue): JsonValue => ({ spec: value })

describe('compareValues()', () => {
  test('tells leaves that come, change and go', () => {
    assert.deepEqual(compare(spec({ type: 'A', clusterIP: '1' }), spec({ type: 'B', loadBalancerClass: 'x' })), {
      added: { 'f:spec': { 'f:loadBalancerClass': {} } },
      modified: { 'f:spec': { 'f:type': {} } },
      removed: { 'f:spec': { 'f:clusterIP': {} } },
    })
  })
  test('tells items by their keys, also by those that they leave out', () => {
    const before = spec({
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 53, protocol: 'UDP' },
      ],
    })
    const after = spec({ ports: [{ port: 53, protocol: 'UDP', name: 'dns' }, { port: 80 }, { port: 81 }] })
    assert.deepEqual(compare(before, after), {
      added: {
        'f:spec': {
          'f:ports': {
            'k:{"port":53,"protocol":"UDP"}': { 'f:name': {} },
            'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} },
          },
        },
      },
      removed: { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { 'f:protocol': {} } } } },
    })
  })
  test('tells a list or map that comes as a member beside what is in it', () => {
    assert.deepEqual(compare({}, { metadata: { labels: { a: 'b' }, finalizers: ['x'] } }), {
      added: { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} }, 'f:finalizers': { '.': {}, 'v:"x"': {} } } },
    })
  })
  test('tells what is owned as a whole as a whole', () => {
    assert.deepEqual(
      compare(spec({ selector: { a: 'b' }, externalIPs: ['1'] }), spec({ selector: {}, externalIPs: ['2'] })),
      {
        modified: { 'f:spec': { 'f:externalIPs': {} } },
        removed: { 'f:spec': { 'f:selector': {} } },
      },
    )
  })
  test('of objects that are held by their message takes a zero for what is not set', () => {
    const zeros: readonly JsonValue[] = [{ type: '' }, { ports: [] }, { selector: {} }, { clusterIP: null }]
    for (const zero of zeros) assert.deepEqual(compare({}, spec(zero)), {})
    assert.deepEqual(compare({}, { spec: { loadBalancerClass: '' } }), {
      added: { 'f:spec': { 'f:loadBalancerClass': {} } },
    })
  })
  test('counts what Go shows of a struct that is not set', () => {
    const deployment = messageType(Deployment)
    assert.deepEqual(compare({}, {}, deployment), {})
    assert.deepEqual(compare({}, { spec: { template: { spec: { containers: [{ name: 'c' }] } } } }, deployment), {
      added: {
        'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } } } } },
      },
    })
    assert.deepEqual(compare({ spec: { strategy: {} } }, { spec: {} }, deployment), {})
  })
  test('of JSON as it stands takes null and zero for values', () => {
    assert.deepEqual(compare({}, spec({ type: '' }), service, false), {
      added: { 'f:spec': { '.': {}, 'f:type': {} } },
    })
    assert.deepEqual(compare(spec({ type: 'A' }), spec({ type: null }), service, false), {
      modified: { 'f:spec': { 'f:type': {} } },
    })
    assert.deepEqual(compare(spec(null), spec({}), service, false), { modified: { 'f:spec': {} } })
  })
  test('passes over what no field declares', () => {
    assert.deepEqual(compare({ nosuch: 1 }, { nosuch: 2, other: 3 }), {})
  })
  test('of anything tells objects by their members and lists as a whole', () => {
    assert.deepEqual(compare({ a: { b: 1 }, c: [1] }, { a: { b: 2, d: 1 }, c: [2] }, DEDUCED, false), {
      added: { 'f:a': { 'f:d': {} } },
      modified: { 'f:a': { 'f:b': {} }, 'f:c': {} },
    })
    assert.deepEqual(compare({ a: { b: 1 } }, { a: 'x' }, DEDUCED, false), {
      modified: { 'f:a': {} },
      removed: { 'f:a': { 'f:b': {} } },
    })
  })
  test('takes several items of one key for one', () => {
    const set = mapOf(setList({ scalar: 'string' }), false)
    const many = (before: JsonValue, after: JsonValue) => compare({ a: before }, { a: after }, set, false)
    assert.deepEqual(many(['x', 'x'], ['x', 'x']), {})
    assert.deepEqual(many(['x', 'x'], ['x', 'x', 'x']), { modified: { 'f:a': { 'v:"x"': {} } } })
    assert.deepEqual(many(['x', 'x'], ['x']), {
      added: { 'f:a': { 'v:"x"': {} } },
      removed: { 'f:a': { 'v:"x"': {} } },
    })
    assert.deepEqual(many(['x'], ['x', 'x']), {
      added: { 'f:a': { 'v:"x"': {} } },
      removed: { 'f:a': { 'v:"x"': {} } },
    })
    assert.deepEqual(many(['x', 'x'], ['y']), {
      added: { 'f:a': { 'v:"y"': {} } },
      removed: { 'f:a': { 'v:"x"': {} } },
    })
    assert.deepEqual(many([{ a: 1 }], ['y']), { added: { 'f:a': { 'v:"y"': {} } } })
  })
  test('finds nothing between an object and itself, and the same the other way round', () => {
    fc.assert(
      fc.property(serviceObject, serviceObject, fc.boolean(), (a, b, isTyped) => {
        assert.deepEqual(compare(a, structuredClone(a), service, isTyped), {})
        const there = compareValues(service, a, b, isTyped)
        const back = compareValues(service, b, a, isTyped)
        const texts = (set: typeof there.added) => pathsOf(set).map(String).sort()
        assert.deepEqual(texts(there.added), texts(back.removed))
        assert.deepEqual(texts(there.removed), texts(back.added))
        assert.deepEqual(texts(there.modified), texts(back.modified))
        const all = [there.added, there.modified, there.removed].flatMap((set) => texts(set))
        assert.equal(new Set(all).size, pathsOf(union(union(there.added, there.modified), there.removed)).length)
      }),
    )
  })
  test('a pod is compared by its containers’ names', () => {
    const pod = (image: string): JsonValue => ({ spec: { containers: [{ name: 'c', args: [image] }] } })
    assert.deepEqual(compare(pod('a'), pod('b'), messageType(Pod)), {
      modified: { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:args': {} } } } },
    })
  })
})
