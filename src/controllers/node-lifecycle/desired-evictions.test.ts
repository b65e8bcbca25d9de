import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { evictionsOf } from './desired-evictions.ts'

const nodes = (zone: string, states: string): readonly Node[] =>
  [...states].map((state, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `${zone}-${index}`, labels: { 'topology.kubernetes.io/zone': zone } },
    status: { conditions: [{ type: 'Ready', status: state === 'r' ? 'True' : 'Unknown' }] },
  }))
/** Of the first node of each zone. */
const found = (...zones: readonly string[]) => {
  const all = zones.map((states, index) => nodes(`z${index}`, states))
  return all.map(([first]) => evictionsOf(first!, all.flat())).join()
}

test('pods leave nodes that fail, unless all have failed, or most of a small zone', () => {
  for (const [zones, expected] of [
    [['ur'], 'evict'],
    [['uur'], 'evict'],
    [['u'], 'undo'],
    [['uuu'], 'undo'],
    [['uuu', 'uu'], 'undo,undo'],
    // A zone that has failed as a whole, beside one that has not.
    [['uuu', 'rr'], 'evict,evict'],
    [['uuur'], 'hold'],
    [['uuurr'], 'hold'],
    [['uuurrr'], 'evict'],
    [['uuur', 'rrr'], 'hold,evict'],
    [[`${'u'.repeat(40)}${'r'.repeat(10)}`], 'hold'],
    [[`${'u'.repeat(40)}${'r'.repeat(11)}`], 'evict'],
  ] as const)
    assert.equal(found(...zones), expected, zones.join())
})
