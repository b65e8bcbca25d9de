import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { node, pod } from '../testing/cluster.ts'
import { clusterPolicy, policy } from '../testing/policies.ts'
import { matrixNotes, matrixRows } from '../words/policies/matrix.ts'
import { policyMatrix } from './matrix.ts'
import { type PolicyFacts, PolicyView } from './policy-view.ts'

const HASH = '556c88796f'
/** A pod of a Deployment, at 8080. */
const made = (name: string, number: number, host: number): Pod => {
  const one = pod(`${name}-${HASH}-${host}`, number, host, {
    labels: { app: name, 'pod-template-hash': HASH },
    ports: [{ containerPort: 8080 }],
  })
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${HASH}`, uid: name, controller: true }
  return { ...one, metadata: { ...one.metadata, ownerReferences: [owner] } } as Pod
}
const alone = pod('db', 2, 50, { labels: { app: 'db' }, ports: [{ containerPort: 5432, name: 'pg' }] })

const view = (more: Partial<PolicyFacts> = {}): PolicyView =>
  new PolicyView({
    namespaces: [{ metadata: { name: 'default', labels: { 'kubernetes.io/metadata.name': 'default' } } }] as never,
    pods: [made('web', 1, 10), made('web', 2, 20), made('web', 1, 11), made('web', 2, 21), alone],
    nodes: [node(1), node(2)],
    policies: [],
    clusterPolicies: [],
    dnsOnNodes: true,
    ...more,
  })
const asked = { protocol: 'TCP', family: 'IPv4' } as const
const rowsOf = (given: PolicyView, question: Parameters<typeof policyMatrix>[1] = asked) =>
  matrixRows(policyMatrix(given, question), () => false)

test('pods of one Deployment are one group, asked at the ports that they declare, with names or without', () => {
  const matrix = policyMatrix(view(), asked)
  assert.deepEqual(
    matrix.groups.map(({ name, pods, ports }) => [name, pods.length, ports]),
    [
      ['db', 1, [5432]],
      ['web', 4, [8080]],
    ],
  )
  assert.deepEqual(matrixNotes(matrix), [
    'no NetworkPolicy and no ClusterNetworkPolicy is there: everybody may ask everybody',
  ])
  assert.deepEqual(policyMatrix(view(), { ...asked, port: 443 }).groups[0]?.ports, [443])
})

test('pods that a range of addresses, or a policy, treats otherwise are groups of their own', () => {
  const given = view({
    policies: [
      policy('db', {
        podSelector: { matchLabels: { app: 'db' } },
        ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } }] }],
      }),
    ],
  })
  assert.deepEqual(rowsOf(given), [
    ['FROM \\ TO', 'default/db', `default/web-${HASH}-10`, `default/web-${HASH}-20`],
    ['default/db', '-', 'yes', 'yes'],
    [`default/web-${HASH}-10`, 'no', 'yes', 'yes'],
    [`default/web-${HASH}-20`, 'yes', 'yes', 'yes'],
  ])
  assert.deepEqual(matrixNotes(policyMatrix(given, asked)), [
    'default/db: ingress isolated by default/db',
    `default/web-${HASH}-10: 2 pods alike, web-${HASH}-10, web-${HASH}-11`,
    `default/web-${HASH}-20: 2 pods alike, web-${HASH}-20, web-${HASH}-21`,
    `why one may not: fairlead explain --from pod/default/web-${HASH}-10 --to pod/default/db:5432`,
  ])
})

test('some ports of several are told by their numbers; what a ClusterNetworkPolicy denies is counted', () => {
  const two = pod('two', 1, 60, { labels: { app: 'two' }, ports: [{ containerPort: 80 }, { containerPort: 81 }] })
  const given = view({
    pods: [two, alone],
    policies: [policy('two', { podSelector: { matchLabels: { app: 'two' } }, ingress: [{ ports: [{ port: 81 }] }] })],
    clusterPolicies: [
      clusterPolicy('apart', {
        subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'db' } } } },
        ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
      }),
    ],
  })
  assert.deepEqual(rowsOf(given), [
    ['FROM \\ TO', 'default/db', 'default/two'],
    ['default/db', '-', '81'],
    ['default/two', 'no', '-'],
  ])
  assert.deepEqual(matrixNotes(policyMatrix(given, asked)), [
    'default/two: ingress isolated by default/two',
    'ClusterNetworkPolicy apart, spec.ingress[0], denies 1 connection of these',
    'why one may not: fairlead explain --from pod/default/db --to pod/default/two:80',
  ])
})

test('below the table stands who is isolated which way, what denies how much, and a command that asks the same', () => {
  const given = view({
    pods: [made('web', 1, 10), made('web', 2, 20), made('web', 1, 11), made('web', 2, 21), alone],
    policies: [
      policy('web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress', 'Egress'], egress: [{}] }),
      policy('db', { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Egress'], egress: [{}] }),
    ],
    clusterPolicies: [clusterPolicy('apart', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] })],
  })
  const notes = (question: Partial<Parameters<typeof policyMatrix>[1]> = {}) =>
    matrixNotes(policyMatrix(given, { ...asked, ...question }))
  const web = `web-${HASH}`
  assert.deepEqual(notes(), [
    'default/db: egress isolated by default/db',
    'default/web: ingress isolated by default/web; egress isolated by default/web',
    'ClusterNetworkPolicy apart, spec.ingress[0], denies 3 connections of these',
    `default/web: 4 pods alike, ${web}-10, ${web}-11, ${web}-20, …`,
    `why one may not: fairlead explain --from pod/default/db --to pod/default/${web}-10:8080`,
  ])
  assert.equal(
    notes({ protocol: 'UDP', family: 'IPv6', port: 53 }).at(-1),
    `why one may not: fairlead explain --from pod/default/db --to pod/default/${web}-10:53 --proto udp --family 6`,
  )
})

test('of pods alike that may not ask each other the command asks one from another', () => {
  const given = view({
    pods: [made('web', 1, 10), made('web', 2, 20), made('web', 1, 11)],
    policies: [policy('all', {})],
  })
  assert.deepEqual(matrixNotes(policyMatrix(given, asked)).slice(-2), [
    `default/web: 3 pods alike, web-${HASH}-10, web-${HASH}-11, web-${HASH}-20`,
    `why one may not: fairlead explain --from pod/default/web-${HASH}-10 --to pod/default/web-${HASH}-11:8080`,
  ])
})

test('columns of a table that would be too wide have the numbers of their rows', () => {
  const many = Array.from({ length: 9 }, (_, index) => pod(`a-name-of-some-length-${index}`, 1, 70 + index))
  const [header, first] = rowsOf(view({ pods: many }))
  assert.deepEqual(header, ['', 'FROM \\ TO', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  assert.deepEqual(first?.slice(0, 4), ['1', 'default/a-name-of-some-length-0', '-', 'yes'])
})

/** A pod that this makes. */
const owned = (name: string, host: number, kind: string, owner: string, labels: object): Pod => {
  const one = pod(name, 1, host, { labels, ports: [{ containerPort: 8080 }] })
  const ownerReferences = [{ apiVersion: 'v1', kind, name: owner, uid: owner, controller: true }]
  return { ...one, metadata: { ...one.metadata, ownerReferences } } as Pod
}

test('pods of a StatefulSet of which a rule means one by its own label are told apart', () => {
  const LABEL = 'statefulset.kubernetes.io/pod-name'
  const replica = (name: string, host: number) =>
    owned(name, host, 'StatefulSet', 'queue', { app: 'queue', [LABEL]: name })
  const from = [{ podSelector: { matchLabels: { [LABEL]: 'queue-0' } } }]
  const pods = [replica('queue-0', 80), replica('queue-1', 81), alone]
  const closed = policy('db', { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ from }] })
  assert.deepEqual(
    rowsOf(view({ pods, policies: [closed] })).map(([name, toDb]) => [name, toDb]),
    [
      ['FROM \\ TO', 'default/db'],
      ['default/db', '-'],
      ['default/queue-0', 'yes'],
      ['default/queue-1', 'no'],
    ],
  )
  assert.deepEqual(
    policyMatrix(view({ pods }), asked).groups.map(({ name, pods: all }) => [name, all.length]),
    [
      ['db', 1],
      ['queue', 2],
    ],
    'where nothing tells them apart they are one',
  )
})

test('a pod that its node keeps of a file is called by its own name', () => {
  const pods = [owned('proxy-node-1', 80, 'Node', 'node-1', { app: 'proxy' })]
  assert.deepEqual(
    policyMatrix(view({ pods }), asked).groups.map(({ name }) => name),
    ['proxy-node-1'],
  )
})
