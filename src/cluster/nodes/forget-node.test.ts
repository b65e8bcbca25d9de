import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { forgetNode } from './forget-node.ts'

const pod = (name: string, nodeName: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { nodeName, containers: [] },
})

test('with a node go its Node and its pods, at once and no others; once more is as good', async () => {
  const client = new FakeClient({ clock: new HandClock(), gracefulPodDeletion: true })
  for (const name of ['n1', 'n2']) await client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name } })
  for (const [name, on] of [
    ['a', 'n1'],
    ['b', 'n2'],
    ['c', 'n1'],
  ] as const)
    await client.create(pods, pod(name, on), { namespace: 'shop' })
  for (let round = 0; round < 2; round++) {
    await forgetNode(client, 'n1')
    assert.deepEqual(
      client.all(nodes).map(({ metadata }) => metadata?.name),
      ['n2'],
    )
    assert.deepEqual(
      client.all(pods).map(({ metadata, spec }) => [metadata?.name, spec?.nodeName]),
      [['b', 'n2']],
    )
  }
})
