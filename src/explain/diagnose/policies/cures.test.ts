import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { ask, at, pod, slice } from '../../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../../testing/policies.ts'

const app = (name: string) => ({ matchLabels: { app: name } })
const friend = { podSelector: { matchLabels: { role: 'friend' } } }
const webs = [pod('web-1', 1, 11), pod('web-2', 2, 11)]
const client = pod('client', 1, 9, { labels: { app: 'client' } })
const ingress = (...rules: readonly object[]) => policy('in', { podSelector: app('web'), ingress: rules })
const egress = (...rules: readonly object[]) =>
  policy('out', { podSelector: app('client'), policyTypes: ['Egress'], egress: rules })

/** The commands of the only finding; what is another way to the same end begins with `or`. */
const cures = (given: ClusterFacts, from = 'pod/client', to = 'svc/web', more: Parameters<typeof ask>[2] = {}) => {
  const [finding, ...others] = ask(from, to, more, given).findings
  assert.deepEqual(others, [])
  return finding?.cures.map(({ command, alternative }) => `${alternative ? 'or ' : ''}${command}`)
}
const patched = (name: string, path: string, value: unknown, kind = 'networkpolicy', namespace = ' -n default') =>
  `kubectl patch ${kind} ${name}${namespace} --type json -p '${JSON.stringify([{ op: 'add', path, value }])}'`
/** A policy of its own that lets one thing pass. */
const applied = (name: string, podSelector: object, direction: 'ingress' | 'egress', rule: object) => {
  const spec = { podSelector, policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'], [direction]: [rule] }
  const metadata = { name, namespace: 'default' }
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }
  return `echo '${JSON.stringify(object)}' | kubectl apply -f -`
}
const toWeb = (from: string, peer: object) =>
  applied(`allow-ingress-web-from-${from}-8080`, app('web'), 'ingress', { from: [peer], ports: [tcp(8080)] })
const byClient = (to: string, peer: object, ...ports: readonly object[]) =>
  applied(`allow-egress-client-to-${to}`, app('client'), 'egress', { to: [peer], ports })
const meansClient = { podSelector: app('client') }
const tcp = (port: number) => ({ protocol: 'TCP', port })

test('labels that a pod lacks are given to it, or a policy of its own means it as it is', () => {
  const orMeant = `or ${toWeb('client', meansClient)}`
  assert.deepEqual(cures(withPolicies([ingress({ from: [friend] })])), [
    'kubectl label pod client -n default role=friend',
    orMeant,
  ])
  const matchExpressions = [
    { key: 'a', operator: 'Exists' },
    { key: 'b', operator: 'In', values: ['x', 'y'] },
  ]
  assert.deepEqual(cures(withPolicies([ingress({ from: [{ podSelector: { matchExpressions } }] })])), [
    'kubectl label pod client -n default a=true b=x',
    orMeant,
  ])
})

test('labels are given to what makes a pod: its Deployment, StatefulSet or DaemonSet; a Job’s pod gets them itself', () => {
  const owned = (kind: string, name: string, labels: object = { app: 'client' }): ClusterFacts => {
    const metadata = {
      ...client.metadata,
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'o', controller: true }],
    }
    const deployment = { metadata: { name: 'front', namespace: 'default' }, spec: { template: {} } }
    return withPolicies([ingress({ from: [friend] })], [], {
      pods: [...webs, { ...client, metadata } as unknown as typeof client],
      deployments: [deployment] as unknown as ClusterFacts['deployments'],
    })
  }
  const of = (kind: string) =>
    `kubectl patch ${kind} front -n default --type merge -p '{"spec":{"template":{"metadata":{"labels":{"role":"friend"}}}}}'`
  assert.equal(cures(owned('StatefulSet', 'front'))?.[0], of('statefulset'))
  assert.equal(cures(owned('DaemonSet', 'front'))?.[0], of('daemonset'))
  assert.equal(
    cures(owned('ReplicaSet', 'front-5c8', { app: 'client', 'pod-template-hash': '5c8' }))?.[0],
    of('deployment'),
  )
  assert.equal(cures(owned('Job', 'front'))?.[0], 'kubectl label pod client -n default role=friend')
})

const apart = (labels: Readonly<Record<string, string>>, ...from: readonly object[]): ClusterFacts => {
  const pods = [...webs, pod('client', 1, 9, { namespace: 'front', labels: { app: 'client' } })]
  const given = withPolicies([ingress({ from })], [], { namespaces: ['default', 'front'], pods })
  return { ...given, namespaceLabels: { ...given.namespaceLabels, front: labels } }
}
const fromFront = (...given: Parameters<typeof apart>) => cures(apart(...given), 'pod/front/client', 'svc/default/web')

test('labels that a namespace lacks are given to it; where the pod lacks some too, a policy of its own means both as they are', () => {
  const name = { 'kubernetes.io/metadata.name': 'front' }
  const team = { namespaceSelector: { matchLabels: { team: 'a' } } }
  const meant = toWeb('front-client', { namespaceSelector: { matchLabels: name }, ...meansClient })
  assert.deepEqual(fromFront(name, team), ['kubectl label namespace front team=a', `or ${meant}`])
  assert.deepEqual(fromFront(name, { ...team, ...friend }), [meant])
})

test('a pod of another namespace is meant by that one’s name, else its labels, else by its address', () => {
  const own = { podSelector: {} }
  const meant = (peer: object) => [toWeb('front-client', peer)]
  const team = { team: 'x' }
  assert.deepEqual(fromFront(team, own), meant({ namespaceSelector: { matchLabels: team }, ...meansClient }))
  const named = { 'kubernetes.io/metadata.name': 'front' }
  assert.deepEqual(
    fromFront({ ...team, ...named }, own),
    meant({ namespaceSelector: { matchLabels: named }, ...meansClient }),
  )
  assert.deepEqual(fromFront({}, own), meant({ ipBlock: { cidr: '10.244.1.9/32' } }))
})

test('the port of a Service in place of its pods’ is mended in the rule; what lacks more gets a policy of its own', () => {
  assert.deepEqual(cures(withPolicies([ingress({ from: [{ podSelector: {} }], ports: [{ port: 80 }] })])), [
    patched('in', '/spec/ingress/0/ports/-', tcp(8080)),
  ])
  assert.deepEqual(cures(withPolicies([ingress({ from: [friend], ports: [{ port: 80 }] })])), [
    toWeb('client', meansClient),
  ])
  assert.deepEqual(cures(withPolicies([ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/40' } }] })])), [
    toWeb('client', meansClient),
  ])
  assert.deepEqual(cures(withPolicies([ingress()])), [toWeb('client', meansClient)])
  assert.deepEqual(
    cures(
      withPolicies([
        ingress(
          { from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 1 }] },
          { from: [{ podSelector: {} }], ports: [{ port: 80 }] },
        ),
      ]),
    ),
    [patched('in', '/spec/ingress/1/ports/-', tcp(8080))],
    'the nearest of its rules',
  )
})

test('who has no labels that policies can mean is meant by an address, of either family', () => {
  const given = withPolicies([ingress({ from: [{ podSelector: {} }] })])
  const meant = (cidr: string) => [
    applied('allow-ingress-web-2-from-node-1-8080', app('web'), 'ingress', {
      from: [{ ipBlock: { cidr } }],
      ports: [tcp(8080)],
    }),
  ]
  assert.deepEqual(cures(given, 'node/node-1', 'pod/web-2:8080'), meant('172.30.0.2/32'))
  assert.deepEqual(cures(given, 'node/node-1', 'pod/web-2:8080', { family: 'IPv6' }), meant('fd00:172:30::2/128'))
  const outside = cures(withPolicies([egress()]), 'pod/client', '203.0.113.7:443')
  assert.deepEqual(outside, [byClient('203.0.113.7-443', { ipBlock: { cidr: '203.0.113.7/32' } }, tcp(443))])
})

test('who is asked behind a Service is meant by its selector, else by the labels that last', () => {
  const labels = { app: 'web', tier: 'back', 'pod-template-hash': '5c8' }
  const given = withPolicies([egress()], [], { pods: [pod('web-1', 1, 11, { labels }), client] })
  const meant = (matchLabels: object) => [byClient('web-1-8080', { podSelector: { matchLabels } }, tcp(8080))]
  const slices = [slice('web', [at('10.244.1.11', 1)])]
  assert.deepEqual(cures({ ...given, slices: [...slices, given.slices.at(-1)!] }), meant({ app: 'web' }))
  assert.deepEqual(cures(given, 'pod/client', 'pod/web-1:8080'), meant({ app: 'web', tier: 'back' }))
  const bare = withPolicies([egress()], [], { pods: [pod('web-1', 1, 11, { labels: {} }), client] })
  assert.deepEqual(cures(bare, 'pod/client', 'pod/web-1:8080'), [
    byClient('web-1-8080', { podSelector: {} }, tcp(8080)),
  ])
})

test('what an administrator denies is accepted by a rule before, of the same protocol, where there is room for one', () => {
  const deny = (before: number) => ({
    ingress: [
      ...Array.from({ length: before }, () => ({ action: 'Accept', from: [{ namespaces: app('none') }] })),
      { action: 'Deny', from: [{ namespaces: {} }] },
    ],
  })
  const accepted = (path: string, value: object) => [patched('apart', path, value, 'clusternetworkpolicy', '')]
  const name = { matchLabels: { 'kubernetes.io/metadata.name': 'default' } }
  const from = [{ pods: { namespaceSelector: name, podSelector: app('client') } }]
  const protocols = (word: string, number: number) => [{ [word]: { destinationPort: { number } } }]
  const rule = { action: 'Accept', from, protocols: protocols('tcp', 8080) }
  assert.deepEqual(cures(withPolicies([], [clusterPolicy('apart', deny(2))])), accepted('/spec/ingress/2', rule))
  assert.deepEqual(cures(withPolicies([], [clusterPolicy('apart', deny(23))])), accepted('/spec/ingress/23', rule))
  assert.deepEqual(cures(withPolicies([], [clusterPolicy('apart', deny(24))])), [
    'kubectl get clusternetworkpolicy apart -o yaml',
  ])
  const out = clusterPolicy('apart', { egress: [{ action: 'Deny', to: [{ networks: ['203.0.113.0/24'] }] }] })
  for (const protocol of ['UDP', 'SCTP'] as const)
    assert.deepEqual(
      cures(withPolicies([], [out]), 'pod/client', '203.0.113.7:443', { protocol }),
      accepted('/spec/egress/0', {
        action: 'Accept',
        to: [{ networks: ['203.0.113.7/32'] }],
        protocols: protocols(protocol.toLowerCase(), 443),
      }),
    )
})

test('a ClusterNetworkPolicy that is closed for what of it cannot be read is to be looked at: a rule more lets nobody in', () => {
  const denies = [{ action: 'Deny', from: [{ namespaces: {} }] }]
  const look = ['kubectl get clusternetworkpolicy apart -o yaml']
  for (const spec of [
    { ingress: denies, subject: { domains: ['a'] } },
    { ingress: denies, priority: 'first' },
    { ingress: { 0: denies[0] } },
  ])
    assert.deepEqual(cures(withPolicies([], [clusterPolicy('apart', spec)])), look, JSON.stringify(spec))
  const unknown = { action: 'Deny', from: [{ domains: ['a'] }] }
  assert.match(cures(withPolicies([], [clusterPolicy('apart', { ingress: [unknown] })]))![0]!, / patch /, 'before it')
})

test('a DNS that is a program at an address is let pass by that, one of the nodes by the labels that people know', () => {
  const both = [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ]
  const given = withPolicies([egress({ to: [{ podSelector: app('web') }] })])
  const of = (facts: ClusterFacts) => cures(facts, 'pod/client', 'svc/kube-system/kube-dns:53', { protocol: 'UDP' })
  const meant = (peer: object) => [applied('allow-dns-client', app('client'), 'egress', { to: [peer], ports: both })]
  assert.deepEqual(
    of({ ...given, network: { ...given.network, dnsOnNodes: false } }),
    meant({ ipBlock: { cidr: '172.30.0.2/32' } }),
  )
  const podSelector = { matchLabels: { 'k8s-app': 'kube-dns' } }
  const named = { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } }
  assert.deepEqual(of(given), meant({ namespaceSelector: named, podSelector }))
  assert.deepEqual(
    of({ ...given, namespaceLabels: {} }),
    meant({ namespaceSelector: {}, podSelector }),
    'a namespace without labels is meant with all others',
  )
})
