import assert from 'node:assert/strict'
import { test } from 'node:test'
import { events } from '#api/core/event/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { ClusterEvents } from './cluster-events.ts'
import { reportFault } from './service-events.ts'

const service = (name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, resourceVersion: '7' },
  spec: {},
})

/** A cluster with a recorder on each of `count` nodes. */
const cluster = (count: number, fault?: ConstructorParameters<typeof FakeClient>[0]['fault']) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock, ...(fault && { fault }) })
  const { signal } = new AbortController()
  const errors: unknown[] = []
  const options = {
    resource: events,
    component: 'service-proxy',
    clock,
    signal,
    onError: (e: unknown) => errors.push(e),
  }
  const nodes = Array.from({ length: count }, () => new ClusterEvents(client, options))
  const tell = async (message: string, about = service('young')) => {
    for (const node of nodes) node.record(about, 'Warning', 'AddressTaken', message)
    await Promise.all(nodes.map((node) => node.flush()))
  }
  return { clock, client, nodes, tell, errors, told: () => client.all(events) }
}

test('what every node tells is one Event that names no node, and its count is 1', async () => {
  const { tell, told, errors } = cluster(20)
  await tell('203.0.113.9:80/TCP belongs to another')
  assert.deepEqual(errors, [])
  const [event, ...more] = told()
  assert.equal(more.length, 0)
  assert.match(event!.metadata!.name!, /^young\.[0-9a-f]{16}$/)
  assert.equal(event!.count, 1)
  assert.deepEqual(event!.source, { component: 'service-proxy' })
  assert.equal(event!.involvedObject.uid, 'uid-of-young')
})

test('the same again, later, raises the count by one whatever the number of nodes; another message, or another object, is another Event', async () => {
  const { clock, tell, told, errors } = cluster(7)
  await tell('a')
  clock.advance(5_000)
  await tell('a')
  assert.deepEqual(
    told().map(({ count }) => count),
    [1],
    'told again within moments',
  )
  clock.advance(60_000)
  await tell('a')
  const [event] = told()
  assert.equal(event!.count, 2)
  assert.equal(Date.parse(event!.lastTimestamp!) - Date.parse(event!.firstTimestamp!), 65_000)
  await tell('b')
  await tell('a', service('other'))
  assert.equal(told().length, 3)
  assert.deepEqual(errors, [])
})

test('an Event that the server has forgotten comes again; a server that refuses is told of once', async () => {
  const { clock, client, tell, told } = cluster(3)
  await tell('a')
  await client.delete(events, told()[0]!.metadata!.name!, { namespace: 'shop' })
  clock.advance(3_600_000)
  await tell('a')
  assert.deepEqual(
    told().map(({ count }) => count),
    [1],
  )
  const refusing = cluster(1, (verb) => (verb === 'create' ? new Error('no') : undefined))
  await refusing.tell('a')
  assert.deepEqual(
    refusing.errors.map((error) => (error as Error).message),
    ['no'],
  )
})

test('a lost claim is the cluster’s Event, a refusal by the kernel the node’s, which it names', async () => {
  const { nodes, told, client } = cluster(1)
  await client.create(services, service('young'))
  const own: string[] = []
  const to = {
    node: 'node-2',
    find: () => client.all(services)[0],
    events: {
      record: (_: unknown, type: string, reason: string, text: string) => own.push(`${type} ${reason}: ${text}`),
    },
    clusterEvents: nodes[0]!,
    log: () => undefined,
  }
  const reporting = { ...to, events: to.events as unknown as EventRecorder }
  const key = 'shop/young'
  reportFault({ kind: 'claim-lost', service: key, winner: 'shop/old', frontend: '203.0.113.9:80/TCP' }, reporting)
  reportFault({ kind: 'no-local-endpoints', service: key, frontends: ['node port 30080/TCP'] }, reporting)
  reportFault({ kind: 'refused', service: key, error: new Error('EINVAL'), retryAt: 0 }, reporting)
  await nodes[0]!.flush()
  assert.deepEqual(
    told().map(({ reason, message }) => `${reason}: ${message}`),
    ['AddressTaken: 203.0.113.9:80/TCP belongs to the older Service shop/old; free it there, or use another here'],
  )
  assert.deepEqual(own, [
    'Normal NoLocalEndpoints: traffic policy Local and no ready endpoint on node-2: it drops what comes to node port 30080/TCP',
    "Warning KernelRefused: the kernel of node-2 refused this Service's rules, which is tried again: EINVAL",
  ])
})
