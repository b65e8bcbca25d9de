import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { startCluster } from '../testing/cluster.ts'

const node = (name: string, podCIDRs?: readonly string[]): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: podCIDRs ? { podCIDR: podCIDRs[0], podCIDRs } : {},
  }) as unknown as Node

const start = async (clusterCidrs: readonly string[], made: readonly Node[] = []) => {
  const cluster = await startCluster({ nodeIpam: { clusterCidrs }, only: ['node-ipam'] })
  for (const one of made) await cluster.client.create(nodes, one)
  const ranges = async () => {
    await cluster.settle()
    const { items } = await cluster.client.list(nodes)
    return Object.fromEntries(
      items.map(({ metadata, spec }) => [metadata!.name, [spec?.podCIDR, ...(spec?.podCIDRs ?? [])].join(' ')]),
    )
  }
  const told = async () => {
    await cluster.settle()
    return (await cluster.client.list(events)).items.map(
      ({ type, reason, message, involvedObject }) => `${type} ${reason} ${involvedObject?.name}: ${message}`,
    )
  }
  return { ...cluster, ranges, told }
}

test('Nodes get ranges, those that have some keep them, and what a Node had is free when it is gone', async () => {
  const { client, ranges, stop } = await start(
    ['10.244.0.0/22', 'fd00::/62'],
    [node('a'), node('b', ['10.244.1.0/24']), node('c')],
  )
  assert.deepEqual(await ranges(), {
    a: '10.244.0.0/24 10.244.0.0/24 fd00::/64',
    b: '10.244.1.0/24 10.244.1.0/24',
    c: '10.244.2.0/24 10.244.2.0/24 fd00:0:0:1::/64',
  })
  await client.delete(nodes, 'a')
  await client.create(nodes, node('d'))
  await client.create(nodes, node('e'))
  const after = await ranges()
  assert.equal(after.d, '10.244.3.0/24 10.244.3.0/24 fd00:0:0:2::/64')
  assert.equal(after.e, '10.244.0.0/24 10.244.0.0/24 fd00:0:0:3::/64')
  stop()
})

test('a controller that starts again gives nothing that is taken', async () => {
  const cluster = await start(['10.244.0.0/23'], [node('a')])
  await cluster.ranges()
  await cluster.restart()
  await cluster.client.create(nodes, node('b'))
  assert.deepEqual(await cluster.ranges(), { a: '10.244.0.0/24 10.244.0.0/24', b: '10.244.1.0/24 10.244.1.0/24' })
  cluster.stop()
})

test('a Node that gets none is told so once, and gets one when another is gone', async () => {
  const { client, ranges, told, stop } = await start(['10.244.0.0/24'], [node('a'), node('b')])
  assert.equal((await ranges()).b, '')
  await client.patch(nodes, 'b', 'merge', { metadata: { labels: { zone: 'a' } } })
  const [first, ...more] = await told()
  assert.match(
    first!,
    /^Warning CIDRNotAvailable b: Node b status is now: CIDRNotAvailable: 10\.244\.0\.0\/24 has no range left/,
  )
  assert.deepEqual(more, [])
  await client.delete(nodes, 'a')
  assert.equal((await ranges()).b, '10.244.0.0/24 10.244.0.0/24')
  stop()
})

test('where somebody else was first, the Node keeps what it was given by them', async () => {
  const cluster = await start(['10.244.0.0/16'])
  const { client } = cluster
  const { patch } = client
  let isFirst = true
  client.patch = async (...given: Parameters<typeof patch>) => {
    if (isFirst) {
      isFirst = false
      await patch.call(client, nodes as never, 'a', 'merge', {
        spec: { podCIDR: '10.9.0.0/24', podCIDRs: ['10.9.0.0/24'] },
      })
    }
    return patch.apply(client, given) as never
  }
  await client.create(nodes, node('a'))
  assert.equal((await cluster.ranges()).a, '10.9.0.0/24 10.9.0.0/24')
  await client.create(nodes, node('b'))
  await client.create(nodes, node('c'))
  assert.equal(new Set(Object.values(await cluster.ranges())).size, 3)
  cluster.stop()
})

test('without ranges of the cluster it does not run', async () => {
  const { client, settle, stop } = await startCluster({ only: ['node-ipam'] })
  await client.create(nodes, node('a'))
  await settle()
  assert.equal((await client.get(nodes, 'a')).spec?.podCIDR ?? '', '')
  stop()
})
