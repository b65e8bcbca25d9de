import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Flow } from '#kernel/conntrack/conntrack.ts'
import { NodePolicy } from '#policy/node-policy.ts'
import { heldAddress } from '#policy/peer.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { NotedFlows } from '../testing/noted-flows.ts'
import { FlowReview } from './flow-review.ts'

const WEB = '10.244.1.2'
const CLIENT = '10.244.2.2'
const NODE = '172.30.0.2'
const STRANGER = '192.0.2.1'
const [ICMP, TCP, UDP, SCTP] = [1, 6, 17, 132]

const flow = (protocol: number, source: string, address: string, port: number, original = address): Flow => ({
  protocol,
  source,
  original: { address: original, port },
  backend: { address, port },
})

/** Connection tracking of these flows. */
class HeldFlows extends NotedFlows {
  flows: readonly Flow[]
  reads = 0
  /** Called while they are read. */
  onRead = (): void => {}
  fails: Error | undefined

  constructor(flows: readonly Flow[]) {
    super()
    this.flows = flows
  }

  override deleteWhere(isStale: (flow: Flow) => boolean): number {
    this.reads++
    this.onRead()
    if (this.fails !== undefined) throw this.fails
    const before = this.flows.length
    this.flows = this.flows.filter((one) => !isStale(one))
    return before - this.flows.length
  }
}

function start(flows: readonly Flow[]) {
  const policy = new NodePolicy('here', () => {})
  const pod = (name: string, address: string, node: string) =>
    policy.setPod({
      namespace: 'shop',
      name,
      labels: { app: name },
      addresses: [heldAddress(address) ?? assert.fail()],
      ports: [],
      node,
      since: 1,
    })
  pod('web', WEB, 'here')
  pod('client', CLIENT, 'there')
  const clock = new HandClock()
  const conntrack = new HeldFlows(flows)
  const faults: string[] = []
  const review = new FlowReview({
    conntrack,
    policy,
    own: (address) => address === NODE,
    clock,
    onFault: ({ message }) => faults.push(message),
  })
  /** The client may ask at TCP 80, and web may ask the client at UDP 53. */
  const isolate = (): void => {
    const peer = { podSelector: { matchLabels: { app: 'client' } } }
    policy.setPolicy(
      readNetworkPolicy({
        metadata: { namespace: 'shop', name: 'web' },
        spec: {
          podSelector: { matchLabels: { app: 'web' } },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ from: [peer], ports: [{ protocol: 'TCP', port: 80 }] }],
          egress: [{ to: [peer], ports: [{ protocol: 'UDP', port: 53 }] }],
        },
      } as unknown as NetworkPolicy),
    )
  }
  return { policy, clock, conntrack, faults, review, isolate }
}

test('connections that are not allowed any more end, both ways and of every protocol, and no others', () => {
  const stay = [
    flow(TCP, CLIENT, WEB, 80),
    // By a Service: what counts is whom it was led to.
    flow(TCP, CLIENT, WEB, 80, '10.96.0.1'),
    flow(UDP, WEB, CLIENT, 53),
    flow(TCP, NODE, WEB, 443),
    flow(TCP, WEB, WEB, 443, '10.96.0.1'),
    flow(TCP, STRANGER, CLIENT, 443),
    flow(ICMP, STRANGER, NODE, 0),
  ]
  const end = [
    flow(TCP, CLIENT, WEB, 443),
    flow(TCP, CLIENT, WEB, 443, '10.96.0.1'),
    flow(UDP, CLIENT, WEB, 80),
    flow(SCTP, CLIENT, WEB, 80),
    flow(ICMP, CLIENT, WEB, 0),
    flow(TCP, STRANGER, WEB, 80),
    flow(UDP, WEB, CLIENT, 54),
    flow(TCP, WEB, STRANGER, 53),
    flow(TCP, WEB, NODE, 53),
  ]
  const { conntrack, review, isolate, faults } = start([...end, ...stay])
  review.now()
  assert.deepEqual([conntrack.flows.length, review.ended], [stay.length + end.length, 0])
  isolate()
  review.now()
  assert.deepEqual(conntrack.flows, stay)
  assert.deepEqual([review.ended, faults], [end.length, []])
})

test('it is done within a quarter of a second, once for all that has changed until then', () => {
  const { clock, conntrack, review, isolate } = start([flow(TCP, STRANGER, WEB, 80)])
  isolate()
  review.soon()
  clock.advance(200)
  review.soon()
  assert.equal(conntrack.reads, 0)
  clock.advance(50)
  assert.deepEqual([conntrack.reads, conntrack.flows], [1, []])
  clock.advance(10_000)
  assert.equal(conntrack.reads, 1)
  review.soon()
  clock.advance(250)
  assert.equal(conntrack.reads, 2)
})

test('where connections cannot be read it is told once for each reason, and tried again until they can', () => {
  const { clock, conntrack, review, isolate, faults } = start([flow(TCP, STRANGER, WEB, 80)])
  isolate()
  conntrack.fails = new Error('no')
  review.now()
  clock.advance(1000)
  assert.deepEqual([faults, conntrack.reads], [['no'], 5])
  conntrack.fails = new Error('nor now')
  clock.advance(250)
  conntrack.fails = undefined
  clock.advance(250)
  assert.deepEqual([faults, conntrack.flows, review.ended, clock.pending], [['no', 'nor now'], [], 1, 0])
  conntrack.fails = new Error('nor now')
  review.now()
  assert.equal(faults.length, 3, 'it was well in between')
})

test('one that was stopped does nothing any more', () => {
  const { clock, conntrack, review } = start([])
  review.soon()
  review.stop()
  review.soon()
  clock.advance(1000)
  assert.deepEqual([conntrack.reads, clock.pending], [0, 0])
})

test('connections are not read where no policy selects a pod of the node: an idle node pays nothing', () => {
  const { conntrack, review, isolate, policy } = start([flow(TCP, CLIENT, WEB, 443)])
  review.now()
  assert.equal(conntrack.reads, 0)
  isolate()
  review.now()
  assert.deepEqual([conntrack.reads, conntrack.flows], [1, []])
  policy.removePolicy({ kind: 'NetworkPolicy', name: 'shop/web' })
  review.now()
  assert.equal(conntrack.reads, 1)
})

test('where reading all connections takes long it is done less often, and still within a second of a change', () => {
  const { review, conntrack, clock, isolate } = start([])
  isolate()
  for (const [took, wait] of [
    [0, 250],
    [20, 250],
    [60, 540],
    [100, 800],
    [400, 500],
    [3000, 250],
    [1, 250],
  ] as const) {
    conntrack.onRead = () => clock.advance(took)
    review.now()
    conntrack.onRead = () => {}
    const before = conntrack.reads
    review.soon()
    clock.advance(wait - 1)
    assert.equal(conntrack.reads, before, `${took} ms`)
    clock.advance(1)
    assert.equal(conntrack.reads, before + 1, `${took} ms`)
  }
})
