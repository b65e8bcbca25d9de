import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { readClusterNetworkPolicy } from '#policy/reading/read-cluster-network-policy.ts'
import { peersOfRule, portsOfRule } from './rule-parts.ts'

const parts = (spec: object) => {
  const object = {
    metadata: { name: 'one' },
    spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec },
  } as unknown as ClusterNetworkPolicy
  const policy = readClusterNetworkPolicy(object)
  return (policy.rules.ingress ?? []).map(({ path }) => [
    peersOfRule(policy, object, 'ingress', path)?.map(({ path: at, peers }) => [at, peers.length]),
    portsOfRule(policy, object, 'ingress', path)?.map(({ path: at }) => at),
  ])
}

test('peers and ports of a rule are told by where they stand, each by itself', () => {
  const from = [{ namespaces: {} }, { pods: { namespaceSelector: {}, podSelector: {} } }]
  const protocols = [{ tcp: {} }, { udp: {} }]
  assert.deepEqual(parts({ ingress: [{ action: 'Accept', from, protocols }] }), [
    [
      [
        ['spec.ingress[0].from[0]', 1],
        ['spec.ingress[0].from[1]', 1],
      ],
      ['spec.ingress[0].protocols[0]', 'spec.ingress[0].protocols[1]'],
    ],
  ])
})

test('of what has another form than a policy there is none, and nobody who asks for it is stopped', () => {
  for (const ingress of [
    {},
    'x',
    5,
    [null],
    ['x'],
    [{ action: 'Deny', from: 'x' }],
    [{ action: 'Deny', from: {}, protocols: 'x' }],
  ])
    assert.deepEqual(parts({ ingress }), [[undefined, undefined]], JSON.stringify(ingress))
  assert.deepEqual(parts({ ingress: [{ action: 'Deny', from: [null], protocols: [5] }] }), [
    [[['spec.ingress[0].from[0]', 0]], ['spec.ingress[0].protocols[0]']],
  ])
})
