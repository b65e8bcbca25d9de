import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { Judge } from './judge.ts'
import { NodePolicy } from './node-policy.ts'
import { heldAddress, type PolicyPod } from './peer.ts'
import { readNetworkPolicy } from './reading/read-network-policy.ts'

const pod = (name: string, addresses: readonly string[], node = 'here'): PolicyPod => ({
  namespace: 'x',
  name,
  labels: { app: name },
  addresses: addresses.flatMap((text) => heldAddress(text) ?? []),
  ports: [],
  node,
  since: 1,
})
const policy = (name: string, spec: object) =>
  readNetworkPolicy({ metadata: { namespace: 'x', name }, spec } as unknown as NetworkPolicy)
const labelled = (app: string) => ({ matchLabels: { app } })

type JudgedPacket = Parameters<Judge['stopped']>[0]

/** a may be asked by b at port 80 and by 192.0.2.0/24; c may ask b alone. */
const setup = () => {
  const node = new NodePolicy('here', () => {})
  node.setNamespace('x', {})
  node.setPod(pod('a', ['10.0.0.1', 'fd00::1']))
  node.setPod(pod('b', ['10.0.0.2', 'fd00::2'], 'there'))
  node.setPod(pod('c', ['10.0.0.3']))
  node.setPod(pod('d', ['10.0.0.4'], 'there'))
  node.setPolicy(
    policy('in', {
      podSelector: labelled('a'),
      ingress: [
        { from: [{ podSelector: labelled('b') }], ports: [{ port: 80 }] },
        { from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] },
      ],
    }),
  )
  node.setPolicy(
    policy('out', {
      podSelector: labelled('c'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: labelled('b') }] }],
    }),
  )
  return node
}
const packet = (source: string, destination: string, more: Partial<JudgedPacket> = {}): JudgedPacket => ({
  source,
  destination,
  protocol: 'TCP',
  port: 80,
  ...more,
})

test('a packet is stopped by the first end of this node that does not let it pass: who sends it, then who gets it', () => {
  const judge = new Judge(setup(), () => false)
  const asked = (source: string, destination: string, more: Partial<JudgedPacket> = {}) => {
    const stopped = judge.stopped(packet(source, destination, more))
    return stopped && `${stopped.direction} ${stopped.pod}`
  }
  assert.equal(asked('10.0.0.2', '10.0.0.1'), undefined)
  assert.equal(asked('10.0.0.2', '10.0.0.1', { port: 81 }), 'ingress x/a')
  assert.equal(asked('10.0.0.2', '10.0.0.1', { protocol: undefined }), 'ingress x/a')
  assert.equal(asked('fd00::2', 'fd00::1'), undefined)
  assert.equal(asked('fd00::3', 'fd00::1'), 'ingress x/a')
  assert.equal(asked('192.0.2.9', '10.0.0.1', { protocol: undefined }), undefined)
  assert.equal(asked('192.0.3.9', '10.0.0.1'), 'ingress x/a')
  assert.equal(asked('10.0.0.3', '10.0.0.1'), 'egress x/c', 'both would')
  assert.equal(asked('10.0.0.3', '10.0.0.2', { port: 9 }), undefined)
  assert.equal(asked('10.0.0.1', '10.0.0.4'), undefined, 'no policy is about that direction of a')
  assert.equal(asked('10.0.0.4', '10.0.0.3'), undefined)
  assert.equal(asked('10.0.0.4', '10.0.0.2'), undefined, 'neither end is of this node')
  assert.equal(asked('10.0.0.3', '10.0.0.3'), undefined, 'itself')
  assert.equal(asked('nonsense', '10.0.0.1'), 'ingress x/a', 'closed, not open')
})

test('what the node itself sends passes, and what is sent to it is asked', () => {
  const judge = new Judge(setup(), (address) => address === '172.30.0.1')
  assert.equal(judge.stopped(packet('172.30.0.1', '10.0.0.1')), undefined)
  assert.deepEqual(judge.stopped(packet('10.0.0.3', '172.30.0.1')), { pod: 'x/c', direction: 'egress' })
})

test('what a policy comes to is asked once, and then of a new judge', () => {
  const node = setup()
  const asks: string[] = []
  const verdicts = node.verdicts.bind(node)
  node.verdicts = (key, direction) => {
    asks.push(`${direction} ${key}`)
    return verdicts(key, direction)
  }
  const judge = new Judge(node, () => false)
  for (let at = 0; at < 3; at++) {
    judge.stopped(packet('10.0.0.2', '10.0.0.1'))
    judge.stopped(packet('10.0.0.1', '10.0.0.2'))
  }
  assert.deepEqual(asks, ['ingress x/a', 'egress x/a'])
  node.setPolicy(policy('in', { podSelector: labelled('a') }))
  assert.deepEqual(new Judge(node, () => false).stopped(packet('10.0.0.2', '10.0.0.1')), {
    pod: 'x/a',
    direction: 'ingress',
  })
})
