import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockPeer, heldAddress, type NamedPort, nodePeer, type Peer, type PolicyPod, podPeer } from './peer.ts'
import type { Policy, Rule } from './rule.ts'
import { ALL, NONE, portsOf } from './traffic.ts'
import { type AskedPort, type Party, why } from './why.ts'

const address = (text: string) => heldAddress(text)!
const app = (value: string) => [{ key: 'app', operator: '=', values: [value] }] as const
const pods = podPeer({ namespaces: { name: 'x' }, pods: app('a') })
const client: Party = {
  address: address('10.244.1.2'),
  pod: { namespace: 'x', name: 'one', labels: { app: 'a' } } as unknown as PolicyPod,
  namespaceLabels: { team: 't' },
}
const stranger: Party = { address: address('192.0.2.1') }
const node: Party = {
  address: address('172.30.0.1'),
  node: {
    name: 'node-1',
    labels: { disk: 'ssd' },
    addresses: [],
    serves: { namespace: 'x', labels: { app: 'a' }, traffic: portsOf('UDP', 53, 53), ports: [] },
  },
}
const asked = { protocol: 'TCP', port: 80 } as const
const rule = (more: Partial<Rule> = {}): Rule => ({
  path: 'spec.ingress[0]',
  action: 'Accept',
  peers: undefined,
  traffic: ALL,
  names: [],
  ...more,
})
const policy = (
  name: string,
  tier: Policy['tier'],
  priority: number,
  ingress: readonly Rule[] | undefined,
): Policy => ({
  kind: tier === 'NetworkPolicy' ? 'NetworkPolicy' : 'ClusterNetworkPolicy',
  name,
  tier,
  priority,
  subject: { namespaces: { name: 'x' }, pods: [] },
  rules: { ingress, egress: undefined },
  faults: [],
})
/** Whether a rule means somebody. */
const speaksOf = (one: Rule, other: Party, of: AskedPort): boolean =>
  why([policy('one', 'NetworkPolicy', 0, [one])], 'ingress', other, of, []).passes
const isMeant = (peer: Peer, other: Party, of: AskedPort): boolean => speaksOf(rule({ peers: [peer] }), other, of)
const ask = (policies: readonly Policy[], other: Party = client, ports: readonly NamedPort[] = []) => {
  const { passes, by, isolatedBy } = why(policies, 'ingress', other, asked, ports)
  return [passes, by && `${by.policy.name} ${by.rule.action}`, isolatedBy.map(({ name }) => name).join()]
}

test('a selector means pods by their labels and namespace, and nobody else', () => {
  const by = podPeer({ namespaces: { labels: [{ key: 'team', operator: '=', values: ['t'] }] }, pods: [] })
  assert.deepEqual(
    [isMeant(pods, client, asked), isMeant(by, client, asked), isMeant(by, { ...client, namespaceLabels: {} }, asked)],
    [true, true, false],
  )
  for (const other of [stranger, node, { ...node, node: { ...node.node!, serves: undefined } }])
    assert.equal(isMeant(podPeer({ namespaces: { labels: [] }, pods: [] }), other, asked), false)
})

test('a node that serves what a pod does is that pod for this traffic alone', () => {
  assert.equal(isMeant(pods, node, { protocol: 'UDP', port: 53 }), true)
  assert.equal(isMeant(pods, node, { protocol: 'TCP', port: 53 }), false)
  assert.equal(
    isMeant(podPeer({ namespaces: { name: 'x' }, pods: app('b') }), node, { protocol: 'UDP', port: 53 }),
    false,
  )
})

test('a block means addresses, whoever has them, but for its exceptions; nodes mean nodes with these labels', () => {
  const block = blockPeer('10.244.0.0/16', ['10.244.1.0/30']) as Peer
  assert.deepEqual(
    ['10.244.1.2', '10.244.1.4', '10.245.0.1', 'fd00::1'].map((text) =>
      isMeant(block, { ...client, address: address(text) }, asked),
    ),
    [false, true, false, false],
  )
  const disk = (value: string) => nodePeer([{ key: 'disk', operator: '=', values: [value] }])
  assert.deepEqual(
    [isMeant(disk('ssd'), node, asked), isMeant(disk('hdd'), node, asked), isMeant(nodePeer([]), stranger, asked)],
    [true, false, false],
  )
})

test('a rule speaks of whomever one of its peers means, of everybody where it has none, of nobody where it has no peer left', () => {
  assert.equal(speaksOf(rule(), stranger, asked), true)
  assert.equal(speaksOf(rule({ peers: [] }), client, asked), false)
  assert.equal(speaksOf(rule({ peers: [nodePeer([]), pods] }), client, asked), true)
  assert.equal(speaksOf(rule({ peers: [nodePeer([])] }), client, asked), false)
})

test('without a policy it passes by nobody’s word; where policies isolate, by that of the first rule that lets it in', () => {
  assert.deepEqual(ask([]), [true, undefined, ''])
  assert.deepEqual(ask([policy('other way', 'NetworkPolicy', 0, undefined)]), [true, undefined, ''])
  const deny = policy('deny', 'NetworkPolicy', 0, [])
  const allow = policy('allow', 'NetworkPolicy', 0, [rule({ peers: [nodePeer([])] }), rule({ peers: [pods] })])
  assert.deepEqual(ask([deny]), [false, undefined, 'deny'])
  assert.deepEqual(ask([deny, allow]), [true, 'allow Accept', 'deny,allow'])
  assert.deepEqual(ask([deny, allow], stranger), [false, undefined, 'deny,allow'])
  const { by } = why([allow], 'ingress', client, asked, [])
  assert.equal(by?.rule, allow.rules.ingress![1])
  assert.deepEqual(why([deny], 'egress', client, asked, []).isolatedBy, [])
})

test('the tier Admin has the first word, in the order of priorities and names; what it passes on is for the next', () => {
  const admin = (name: string, priority: number, action: Rule['action']) =>
    policy(name, 'Admin', priority, [rule({ action })])
  const deny = policy('np', 'NetworkPolicy', 0, [])
  assert.deepEqual(ask([deny, admin('a', 1, 'Accept')]), [true, 'a Accept', 'np'])
  assert.deepEqual(ask([admin('a', 2, 'Accept'), admin('b', 1, 'Deny')]), [false, 'b Deny', ''])
  assert.deepEqual(ask([admin('b', 1, 'Accept'), admin('a', 1, 'Deny')]), [false, 'a Deny', ''])
  assert.deepEqual(ask([admin('a', 1, 'Pass'), admin('b', 2, 'Accept'), deny]), [false, undefined, 'np'])
  assert.deepEqual(ask([admin('a', 1, 'Pass'), admin('b', 2, 'Deny')]), [true, undefined, ''])
})

test('the tier Baseline has a word of pods that nothing isolates', () => {
  const base = policy('base', 'Baseline', 1, [rule({ action: 'Deny', peers: [pods] })])
  assert.deepEqual(ask([base]), [false, 'base Deny', ''])
  assert.deepEqual(ask([base], stranger), [true, undefined, ''])
  assert.deepEqual(ask([policy('base', 'Baseline', 1, [rule()]), policy('np', 'NetworkPolicy', 0, [])]), [
    false,
    undefined,
    'np',
  ])
  assert.deepEqual(ask([base, policy('np', 'NetworkPolicy', 0, [rule()])]), [true, 'np Accept', 'np'])
  assert.deepEqual(ask([policy('pass', 'Baseline', 0, [rule({ action: 'Pass' })]), base]), [true, undefined, ''])
})

test('a rule counts for its own traffic alone, ports by name at the destination among it', () => {
  const names = [{ name: 'web', protocol: 'TCP' as const }]
  const byName = policy('np', 'NetworkPolicy', 0, [rule({ traffic: NONE, names })])
  assert.deepEqual(ask([byName]), [false, undefined, 'np'])
  assert.deepEqual(ask([byName], client, [{ name: 'web', protocol: 'TCP', port: 80 }]), [true, 'np Accept', 'np'])
  const ping = why(
    [policy('np', 'NetworkPolicy', 0, [rule({ traffic: portsOf('TCP') })])],
    'ingress',
    client,
    {
      protocol: undefined,
      port: 0,
    },
    [],
  )
  assert.equal(ping.passes, false)
})
