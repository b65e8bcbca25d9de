import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/cluster.ts'

test('a walk names hooks, chains, and the elements that decide; what chance decides is one way', () => {
  const { walks } = ask('pod/client', 'svc/web').trace
  const [way = []] = walks[0]?.ways ?? []
  assert.deepEqual([walks.length, walks[0]?.node, walks[0]?.ways.length], [1, 'node-1', 1])
  assert.deepEqual(
    way.map(({ hook, chain }) => `${hook} ${chain}`),
    [
      'prerouting nat-prerouting',
      'prerouting from-link',
      'prerouting pick-2',
      'postrouting nat-postrouting',
      'postrouting source',
    ],
  )
  const elements = new Map(way.map(({ chain, element }) => [chain, element]))
  assert.deepEqual(elements.get('nat-prerouting'), { set: 'frontends', key: '10.96.0.1 tcp 80' })
  assert.equal(elements.get('pick-2')?.set, 'backends')
  assert.equal(elements.get('from-link'), undefined)
})
