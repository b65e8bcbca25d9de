import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { lostNodes } from './lost-nodes.ts'

test('lost are nodes that were stopped or paused, before the API knows of it, and those that are not Ready', () => {
  const node = (name: string, status?: string) =>
    ({ metadata: { name }, status: { conditions: status ? [{ type: 'Ready', status }] : [] } }) as unknown as Node
  const plan = [{ name: 'a' }, { name: 'b', state: 'stopped' }, { name: 'c', state: 'paused' }]
  const nodes = [node('a', 'True'), node('b', 'True'), node('c', 'True'), node('d', 'Unknown'), node('e')]
  assert.deepEqual([...lostNodes(plan as unknown as ClusterConfig['nodes'], nodes)], ['b', 'c', 'd', 'e'])
})
