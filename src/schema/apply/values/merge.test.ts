import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isJsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import { Service } from '../../testing/messages.ts'
import { isEmpty } from '../sets/field-set.ts'
import { serviceObject } from '../testing/objects.ts'
import { DEDUCED, setList } from '../types/field-type.ts'
import { messageType } from '../types/message-type.ts'
import { compareValues } from './compare.ts'
import { mergeValues } from './merge.ts'

const service = messageType(Service)
const merge = (held: JsonValue, config: JsonValue, type = service): unknown => mergeValues(type, held, config)

describe('mergeValues()', () => {
  test('takes what the configuration says, and keeps what it does not name', () => {
    assert.deepEqual(
      merge(
        { metadata: { labels: { a: '1', b: '2' } }, spec: { type: 'A', clusterIP: 'x' } },
        { metadata: { labels: { b: '3' } }, spec: { type: 'B' } },
      ),
      { metadata: { labels: { a: '1', b: '3' } }, spec: { type: 'B', clusterIP: 'x' } },
    )
  })
  test('replaces what is owned as a whole', () => {
    assert.deepEqual(
      merge(
        { spec: { selector: { a: 'b' }, externalIPs: ['1', '2'] } },
        { spec: { selector: { c: 'd' }, externalIPs: ['3'] } },
      ),
      { spec: { selector: { c: 'd' }, externalIPs: ['3'] } },
    )
  })
  test('merges items by their keys', () => {
    const held: JsonValue = {
      spec: {
        ports: [
          { port: 80, protocol: 'TCP', targetPort: 1 },
          { port: 53, protocol: 'UDP' },
        ],
      },
    }
    assert.deepEqual(merge(held, { spec: { ports: [{ port: 80, name: 'web' }, { port: 81 }] } }), {
      spec: {
        ports: [{ port: 80, protocol: 'TCP', targetPort: 1, name: 'web' }, { port: 53, protocol: 'UDP' }, { port: 81 }],
      },
    })
  })
  test('puts items that both name in the order of the configuration, beside those that only are held', () => {
    const list = setList({ scalar: 'string' })
    for (const [held, config, merged] of [
      ['abc', 'cb', 'acb'],
      ['abc', 'ca', 'bca'],
      ['ab', 'xab', 'xab'],
      ['abcd', 'dxa', 'bcdxa'],
      ['', 'ba', 'ba'],
      ['ba', '', 'ba'],
      ['aabb', 'b', 'aab'],
    ] as const)
      assert.equal((merge([...held], [...config], list) as string[]).join(''), merged, `${held} with ${config}`)
  })
  test('lets null stand for a scalar or a whole, and not take what is held in parts', () => {
    assert.deepEqual(merge({ spec: { type: 'A', selector: { a: 'b' } } }, { spec: { type: null, selector: null } }), {
      spec: { type: null, selector: null },
    })
    assert.deepEqual(merge({ metadata: { labels: { a: 'b' } } }, { metadata: { labels: null } }), {
      metadata: { labels: { a: 'b' } },
    })
    assert.deepEqual(merge({ metadata: { labels: {} } }, { metadata: { labels: null } }), {
      metadata: { labels: null },
    })
  })
  test('takes the configuration where both are of another shape', () => {
    assert.deepEqual(merge({ a: { b: 1 } }, { a: 'x' }, DEDUCED), { a: 'x' })
    assert.deepEqual(merge({ a: 'x' }, { a: { b: 1 } }, DEDUCED), { a: { b: 1 } })
    assert.deepEqual(merge({ a: [1] }, { a: { b: 1 } }, DEDUCED), { a: { b: 1 } })
  })
  test('twice is as once, and then the configuration changes nothing more', () => {
    fc.assert(
      fc.property(serviceObject, serviceObject, (held, config) => {
        const before = JSON.stringify([held, config])
        const once = merge(held, config) as JsonValue
        assert.ok(jsonEqual(merge(once, config), once))
        assert.ok(jsonEqual(merge({}, config), Object.keys(config).length === 0 ? {} : config) || isJsonObject(config))
        assert.equal(JSON.stringify([held, config]), before)
      }),
    )
  })
  test('removes nothing: what it has less is what is owned as a whole', () => {
    fc.assert(
      fc.property(serviceObject, serviceObject, (held, config) => {
        const { removed } = compareValues(service, held, merge(held, config) as JsonValue, false)
        assert.ok(isEmpty(removed), JSON.stringify(removed))
      }),
    )
  })
})
