import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakePart, fakePlace } from '#agent/testing/fake-place.ts'
import { settle } from '#agent/testing/loopback-network.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { Informers } from '#client/informer.ts'
import type { Settings } from '../settings/settings.ts'
import { NodeProgram } from './node-program.ts'

const settings: Settings = {
  parts: ['proxy'],
  apiServers: [],
  clusterCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/12'],
  clusterDns: [],
  clusterDomain: 'cluster.local',
  nodePortAddresses: ['10.0.0.0/8'],
}
const nodeOf = (name: string, address?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { podCIDRs: ['10.244.1.0/24'] },
  status: { addresses: address === undefined ? [] : [{ type: 'InternalIP', address }] },
})

const start = async (parts: Settings['parts'] = ['proxy']) => {
  const log: string[] = []
  const here = fakePlace('n1')
  const { client, clock, place } = here
  const ending = new AbortController()
  const informers = new Informers(client, { clock, random: () => 0, signal: ending.signal })
  const services = new FakePart('services', { log })
  const health = new FakePart('health', { log })
  const program = new NodeProgram({
    place,
    settings: { ...settings, parts },
    informers,
    sources: {},
    definitions: [services.definition, health.definition],
    stateDir: '/state',
  })
  const write = async (node: Node) => {
    const known = client.all(nodes).find(({ metadata }) => metadata?.name === node.metadata!.name)
    if (known) await client.update(nodes, { ...node, metadata: known.metadata! }, { subresource: 'status' })
    else await client.create(nodes, node)
    for (let turns = 0; turns < 3; turns++) await settle()
  }
  /** For what has changed to be taken up. */
  const later = async (ms: number) => {
    clock.advance(ms)
    for (let turns = 0; turns < 3; turns++) await settle()
  }
  await settle()
  await later(0)
  return { ...here, program, log, write, later }
}

test('the parts that were asked for start as soon as the Node has an address, and know the node by it', async () => {
  const { program, log, write, later } = await start()
  assert.deepEqual(
    program.states().map(({ name, ready, faults }) => [name, ready, ...faults]),
    [
      ['services', false, 'the API has no Node n1'],
      ['health', false, 'the API has no Node n1'],
    ],
  )
  await write(nodeOf('n1'))
  await later(0)
  assert.match(program.missing ?? '', /no InternalIP/)
  await write(nodeOf('n2', '10.0.0.9'))
  await write(nodeOf('n1', '10.0.0.2'))
  await later(0)
  assert.deepEqual(log, ['+services', '+health'])
  assert.equal(program.missing, undefined)
  const { addresses, podCidrs, stateDir, cluster } = program.node!
  assert.deepEqual([addresses, podCidrs, stateDir], [['10.0.0.2'], ['10.244.1.0/24'], '/state'])
  assert.deepEqual(
    [cluster.clusterCidr, cluster.serviceCidr, cluster.nodePortAddresses, cluster.loadBalancerCidr, cluster.without],
    [['10.244.0.0/16'], ['10.96.0.0/12'], ['10.0.0.0/8'], [], ['network', 'dns']],
  )
  assert.deepEqual(
    program.states().map(({ ready }) => ready),
    [true, true],
  )
})

test('parts start anew where the node’s address or the Services’ range is another, and for nothing else', async () => {
  const { program, client, log, write, later, logged } = await start()
  await write(nodeOf('n1', '10.0.0.2'))
  await later(0)
  log.length = 0
  await write({ ...nodeOf('n1', '10.0.0.2'), metadata: { name: 'n1', labels: { a: 'b' } } })
  await later(1000)
  assert.deepEqual(log, [])
  await write(nodeOf('n1', '10.0.0.3'))
  await later(199)
  assert.deepEqual(log, [], 'several changes are one')
  await later(1)
  assert.deepEqual(log, ['-health', '-services', '+services', '+health'])
  assert.deepEqual(program.node?.addresses, ['10.0.0.3'])
  assert.match(logged.at(-1)!, /the node has changed/)
  log.length = 0
  const range = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'kubernetes' } } as const
  await client.create(serviceCidrs, { ...range, spec: { cidrs: ['10.100.0.0/16'] } })
  await settle()
  await later(200)
  assert.deepEqual(log, ['-health', '-services', '+services', '+health'])
  assert.deepEqual(program.node?.cluster.serviceCidr, ['10.100.0.0/16'])
})

test('a Node that is deleted leaves its parts at work, and is said to be missing', async () => {
  const { program, client, log, write, later } = await start()
  await write(nodeOf('n1', '10.0.0.2'))
  await later(0)
  await client.delete(nodes, 'n1')
  await settle()
  await later(200)
  assert.deepEqual([log, program.missing], [['+services', '+health'], 'the API has no Node n1'])
})

test('a part that this node’s program does not have is refused before anything starts', async () => {
  await assert.rejects(start(['proxy', 'policy']), { code: 'PART_UNKNOWN' })
})

test('whoever stops it stops its parts, and nothing starts any more', async () => {
  const { program, log, write, later } = await start()
  await write(nodeOf('n1', '10.0.0.2'))
  await later(0)
  await program.stop()
  assert.deepEqual(log.slice(2), ['-health', '-services'])
  await write(nodeOf('n1', '10.0.0.3'))
  await later(1000)
  assert.equal(log.length, 4)
})
