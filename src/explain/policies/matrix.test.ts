import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOfGroup } from '../trace/policies/matrix.ts'
import { cellReason, matrixNotes, matrixRows } from '../words/policies/matrix.ts'
import { policyMatrix } from './matrix.ts'
import { PolicyView } from './policy-view.ts'

type Facts = ConstructorParameters<typeof PolicyView>[0]
const labelled = (app: string) => ({ matchLabels: { app } })
const pod = (name: string, address: string, more: { labels?: object; ports?: object[]; namespace?: string } = {}) => ({
  metadata: {
    namespace: 'shop',
    name,
    labels: { app: name },
    ...(more.namespace && { namespace: more.namespace }),
    ...(more.labels && { labels: more.labels }),
  },
  spec: { nodeName: 'node-1', containers: [{ ports: more.ports ?? [] }] },
  status: { phase: 'Running', podIPs: [{ ip: address }] },
})
const policy = (name: string, spec: object) => ({ metadata: { namespace: 'shop', name }, spec })
const admin = (name: string, spec: object) => ({
  metadata: { name },
  spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec },
})
const facts = (given: Partial<Record<keyof Facts, readonly object[]>>) =>
  ({
    namespaces: [{ metadata: { name: 'shop' } }, { metadata: { name: 'bank' } }],
    nodes: [{ metadata: { name: 'node-1' }, status: { addresses: [{ type: 'InternalIP', address: '172.30.0.1' }] } }],
    pods: [],
    policies: [],
    clusterPolicies: [],
    dnsOnNodes: false,
    ...given,
  }) as unknown as Facts
const TCP = { protocol: 'TCP', family: 'IPv4' } as const
const matrix = (given: Parameters<typeof facts>[0], question: Partial<Parameters<typeof policyMatrix>[1]> = {}) =>
  policyMatrix(new PolicyView(facts(given)), { ...TCP, ...question })
const told = (...given: Parameters<typeof matrix>) => matrixRows(matrix(...given), () => false)

const web = pod('web', '10.0.0.1', { ports: [{ containerPort: 8080 }, { name: 'admin', containerPort: 9090 }] })
const db = pod('db', '10.0.0.2', {
  ports: [
    { name: 'sql', containerPort: 5432 },
    { containerPort: 53, protocol: 'UDP' },
  ],
})
const [isolateDb, letWebAsk] = [
  policy('isolate', { podSelector: labelled('db') }),
  policy('allow', { podSelector: labelled('web'), ingress: [{ ports: [{ port: 9090 }] }] }),
]

test('a row sends and a column is asked, at all ports that it declares, with names or without: yes, no, or which of them', () => {
  assert.deepEqual(told({ pods: [web, db], policies: [isolateDb, letWebAsk] }), [
    ['FROM \\ TO', 'shop/db', 'shop/web'],
    ['shop/db', '-', '9090'],
    ['shop/web', 'no', '-'],
  ])
  const { cells, groups } = matrix({ pods: [web, db], policies: [isolateDb] })
  assert.deepEqual(
    groups.map((group) => [nameOfGroup(group), group.pods, group.ports]),
    [
      ['shop/db', ['db'], [5432]],
      ['shop/web', ['web'], [8080, 9090]],
    ],
  )
  assert.equal(cells.length, 6)
})

test('another protocol or port may be asked for, a pod that declares none is asked at 80, and one of the other family not at all', () => {
  const ports = (question: Parameters<typeof matrix>[1]) =>
    matrix({ pods: [web, db, pod('six', 'fd00::1')] }, question).groups.map(({ name, ports }) => `${name} ${ports}`)
  assert.deepEqual(ports({ protocol: 'UDP' }), ['db 53', 'web 80'])
  assert.deepEqual(ports({ port: 22 }), ['db 22', 'web 22'])
  assert.deepEqual(ports({ family: 'IPv6' }), ['six 80'])
})

test('of one namespace its pods alone are at either end', () => {
  const pods = [web, pod('teller', '10.0.1.1', { namespace: 'bank' })]
  assert.deepEqual(told({ pods }, { namespace: 'bank' }), [
    ['FROM \\ TO', 'bank/teller'],
    ['bank/teller', '-'],
  ])
  assert.deepEqual(told({ pods })[0], ['FROM \\ TO', 'bank/teller', 'shop/web'])
})

test('pods of a Deployment are one group, that asks one of another, unless policies tell them apart', () => {
  const replica = (name: string, address: string, hash: string, more = {}) =>
    pod(name, address, { labels: { app: 'web', 'pod-template-hash': hash, ...more } })
  const [one, two] = [replica('web-abc-1', '10.0.0.1', 'abc'), replica('web-abc-2', '10.0.0.2', 'abc')]
  const alone = policy('none', { podSelector: labelled('web') })
  assert.deepEqual(told({ pods: [two, one], policies: [alone] }), [
    ['FROM \\ TO', 'shop/web'],
    ['shop/web', 'no'],
  ])
  assert.deepEqual(matrix({ pods: [two, one] }).groups[0]?.pods, ['web-abc-1', 'web-abc-2'])
  assert.deepEqual(
    told({ pods: [one], policies: [alone] }),
    [
      ['FROM \\ TO', 'shop/web'],
      ['shop/web', '-'],
    ],
    'the only replica has the name of its Deployment too, with itself',
  )
  assert.deepEqual(
    matrixNotes(matrix({ pods: [one], policies: [alone] })),
    ['shop/web: ingress isolated by shop/none'],
    'who stands alone is isolated all the same',
  )
  const next = { tier: 'new' }
  const mixed = [one, two, replica('web-def-1', '10.0.0.3', 'def', next), replica('web-def-2', '10.0.0.4', 'def', next)]
  assert.deepEqual(
    matrix({ pods: mixed }).groups.map(({ name }) => name),
    ['web-abc-1', 'web-def-1'],
  )
  const later = [one, two, replica('web-def-1', '10.0.0.3', 'def')]
  assert.deepEqual(
    matrix({ pods: later }).groups.map(({ name, pods }) => `${name} ${pods.length}`),
    ['web 3'],
    'its hash is nothing',
  )
})

const reasons = (...given: Parameters<typeof matrix>) =>
  matrix(...given).cells.flatMap((cell) => (cell.from === cell.to ? [] : [cellReason(cell)]))

test('why: who is isolated by what and lets nothing in or out, or what denies it; the end that refuses first', () => {
  const pods = [pod('db', '10.0.0.2'), pod('web', '10.0.0.1')]
  assert.deepEqual(reasons({ pods }), ['shop/db may ask shop/web', 'shop/web may ask shop/db'])
  assert.deepEqual(reasons({ pods, policies: [isolateDb] }), [
    'shop/db may ask shop/web',
    'shop/db is isolated by shop/isolate, and no rule lets it come in',
  ])
  const noOut = policy('no-out', { podSelector: labelled('web'), policyTypes: ['Egress'] })
  assert.equal(
    reasons({ pods, policies: [isolateDb, noOut] })[1],
    'shop/web is isolated by shop/no-out, and no rule lets it leave',
  )
  const deny = admin('closed', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] })
  assert.equal(reasons({ pods, clusterPolicies: [deny] })[0], 'ClusterNetworkPolicy closed, spec.ingress[0], denies it')
  const leave = admin('open', { egress: [{ action: 'Accept', to: [{ namespaces: {} }] }] })
  assert.equal(
    reasons({ pods, policies: [isolateDb], clusterPolicies: [leave] })[1],
    'shop/db is isolated by shop/isolate, and no rule lets it come in',
    'what lets it leave denies nothing',
  )
  const let_ = policy('out', { podSelector: labelled('web'), policyTypes: ['Egress'], egress: [{}] })
  const { cells } = matrix({ pods, policies: [let_, isolateDb] })
  assert.deepEqual(
    cells.find(({ from, to }) => from === 'shop/web' && to === 'shop/db'),
    {
      from: 'shop/web',
      to: 'shop/db',
      port: 80,
      passes: false,
      egress: { passes: true, isolatedBy: ['shop/out'], policy: 'NetworkPolicy shop/out', rule: 'spec.egress[0]' },
      ingress: { passes: false, isolatedBy: ['shop/isolate'] },
    },
  )
})

test('what real packets met otherwise is marked', () => {
  const found = matrix({ pods: [pod('db', '10.0.0.2'), pod('web', '10.0.0.1')], policies: [isolateDb] })
  assert.deepEqual(matrixRows(found, ({ from, to }) => from === 'shop/web' && to === 'shop/db').slice(1), [
    ['shop/db', '-', 'yes'],
    ['shop/web', 'no !', '-'],
  ])
})
