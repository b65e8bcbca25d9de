import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import { kind } from '#api/catalogue/kind.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { startCluster } from '../testing/cluster.ts'

type Loose = any
const policy = (name: string, spec: object, generation = 1): Loose => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop', generation },
  spec: { podSelector: {}, ...spec },
})
const clusterPolicy = (name: string, spec: object, generation = 1): Loose => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name, generation },
  spec: { tier: 'Admin', priority: 1, subject: { namespaces: {} }, ...spec },
})
const pod = (name: string, more: Loose = {}): Loose => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...more.metadata },
  spec: { containers: [], hostNetwork: true, ...more.spec },
  status: { phase: 'Running', ...more.status },
})
const inNamespace = { namespace: 'shop' }
const agentOf = (owner: string) => ({
  metadata: {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: owner, uid: 'u', controller: true }],
  },
})

const start = async (options: object = {}) => {
  const custom = kind({ resource: clusterNetworkPolicies })
  const catalogue = new Catalogue([...builtInKinds, custom])
  const cluster = await startCluster({ only: ['network-policies'], catalogue, ...options })
  for (const [name, labels] of [
    ['shop', { team: 'a' }],
    ['other', {}],
  ] as const)
    await cluster.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })
  const told = async (): Promise<readonly string[]> => {
    await cluster.settle()
    const { items } = await cluster.client.list(events)
    return items
      .map((one: Loose) => `${one.involvedObject.name} ${one.type} ${one.reason} ${one.count}: ${one.message}`)
      .sort()
  }
  return { ...cluster, catalogue, custom, told }
}

test('a policy that selects pods of their nodes’ own network is told so, once for each workload while it stays as it is', async () => {
  const { client, told, stop } = await start()
  await client.create(pods, pod('agent-1', agentOf('agent')), inNamespace)
  await client.create(pods, pod('agent-2', agentOf('agent')), inNamespace)
  await client.create(pods, pod('plain', { spec: { hostNetwork: false } }), inNamespace)
  await client.create(pods, pod('over', { status: { phase: 'Succeeded' } }), inNamespace)
  await client.create(networkPolicies, policy('deny', {}), inNamespace)
  await client.create(networkPolicies, policy('some', { podSelector: { matchLabels: { app: 'web' } } }), inNamespace)
  const said =
    "deny Warning HostNetworkPodSelected 1: it selects pods with hostNetwork, which no policy reaches, since they share their node's addresses: "
  assert.deepEqual(await told(), [`${said}DaemonSet agent`])
  await client.delete(pods, 'agent-1', inNamespace)
  await client.create(pods, pod('agent-3', agentOf('agent')), inNamespace)
  assert.equal((await told()).length, 1, 'another pod of the same is no news')
  await client.create(pods, pod('alone', { metadata: { labels: { app: 'web' } } }), inNamespace)
  assert.deepEqual(await told(), [
    `${said}DaemonSet agent`,
    `${said}Pod alone`,
    `${said.replace('deny', 'some')}Pod alone`,
  ])
  stop()
})

test('what of a policy cannot be read is told with its field and what becomes of it, and again where it has changed', async () => {
  const { client, told, stop } = await start()
  const block = (cidr: string) => ({ ingress: [{ from: [{ ipBlock: { cidr } }] }] })
  const first = await client.create(networkPolicies, policy('odd', block('10.0.0.0/40')), inNamespace)
  const [one] = await told()
  assert.match(
    one!,
    /^odd Warning InvalidRule 1: spec\.ingress\[0\]\.from\[0\]\.ipBlock is no range: .*What cannot be read stands closed/,
  )
  await client.update(networkPolicies, { ...first, metadata: { ...first.metadata, labels: { a: 'b' } } }, inNamespace)
  assert.equal((await told()).length, 1, 'said once')
  const now = await client.get(networkPolicies, 'odd', inNamespace)
  await client.update(
    networkPolicies,
    { ...policy('odd', block('10.0.0.0/8'), 2), metadata: { ...now.metadata, generation: 2 } },
    inNamespace,
  )
  assert.equal((await told()).length, 1, 'nothing is wrong any more')
  const many = policy('many', { ingress: Array.from({ length: 5 }, () => ({ from: [{}] })) })
  await client.create(networkPolicies, many, inNamespace)
  assert.match((await told())[0]!, /^many .*spec\.ingress\[2\].*; and 2 more\. What cannot/)
  stop()
})

test('a ClusterNetworkPolicy says in its condition Accepted whether it could be read, and keeps conditions of others', async () => {
  const { client, clock, told, settle, stop } = await start()
  const conditionsOf = async (name: string) => {
    await settle()
    const { status } = await client.get(clusterNetworkPolicies, name)
    return (status?.conditions ?? []).map((one: Loose) => [one.type, one.status, one.reason, one.observedGeneration])
  }
  await client.create(
    clusterNetworkPolicies,
    clusterPolicy('good', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
  )
  assert.deepEqual(await conditionsOf('good'), [['Accepted', 'True', 'Accepted', 1]])
  const good = await client.get(clusterNetworkPolicies, 'good')
  const other = { type: 'Ready', status: 'True', reason: 'R', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
  const bad = clusterPolicy('good', { egress: [{ action: 'Accept', to: [{ domainNames: ['example.com'] }] }] }, 2)
  clock.advance(60_000)
  const both = { ...good, status: { conditions: [other, ...good.status!.conditions!] } }
  const { metadata } = await client.update(clusterNetworkPolicies, both, { subresource: 'status' })
  await client.update(clusterNetworkPolicies, { ...bad, metadata: { ...metadata, generation: 2 } })
  assert.deepEqual(await conditionsOf('good'), [
    ['Ready', 'True', 'R', undefined],
    ['Accepted', 'False', 'InvalidRule', 2],
  ])
  const now = await client.get(clusterNetworkPolicies, 'good')
  const { message, lastTransitionTime } = now.status!.conditions!.at(-1)!
  assert.match(
    message,
    /^spec\.egress\[0\]\.to\[0\]\.domainNames is not supported: write the networks of those names\. /,
  )
  assert.notEqual(lastTransitionTime, good.status!.conditions![0]!.lastTransitionTime)
  assert.match((await told()).join(), /^good Warning InvalidRule 1: .*domainNames is not supported/)
  stop()
})

test('what is still so is not written again, and since when it is so stays as it was', async () => {
  const { client, clock, settle, stop } = await start()
  const rules = (count: number) => ({ ingress: Array.from({ length: count }, () => ({ action: 'Deny', from: [{}] })) })
  await client.create(clusterNetworkPolicies, clusterPolicy('odd', rules(1)))
  await settle()
  const first = await client.get(clusterNetworkPolicies, 'odd')
  clock.advance(60_000)
  await client.create(pods, pod('agent'), inNamespace)
  await settle()
  const same = await client.get(clusterNetworkPolicies, 'odd')
  assert.equal(same.metadata?.resourceVersion, first.metadata?.resourceVersion)
  const { metadata } = same
  await client.update(clusterNetworkPolicies, {
    ...same,
    ...clusterPolicy('odd', rules(2)),
    metadata: { ...metadata, generation: 2 },
  })
  await settle()
  const [before] = first.status!.conditions!
  const [after] = (await client.get(clusterNetworkPolicies, 'odd')).status!.conditions!
  assert.deepEqual([before?.status, after?.status, after?.observedGeneration], ['False', 'False', 2])
  assert.notEqual(after?.message, before?.message)
  assert.equal(after?.lastTransitionTime, before?.lastTransitionTime)
  stop()
})

test('a policy that has changed is told of again, though its fault is the same', async () => {
  const { client, clock, told, stop } = await start()
  const odd = (generation: number) =>
    policy(
      'odd',
      { policyTypes: Array(generation).fill('Ingress'), ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/40' } }] }] },
      generation,
    )
  const count = async () => Number(/InvalidRule (\d+)/.exec((await told()).join())?.[1])
  const made = await client.create(networkPolicies, odd(1), inNamespace)
  assert.equal(await count(), 1)
  clock.advance(60_000)
  const changed = { ...odd(2), metadata: { ...made.metadata, generation: 2 } }
  await client.update(networkPolicies, changed, inNamespace)
  assert.equal(await count(), 2)
  stop()
})

test('it follows labels of namespaces, and its kind as it goes and comes back', async () => {
  const { client, catalogue, custom, told, settle, stop } = await start()
  const subject = { namespaces: { matchLabels: { team: 'b' } } }
  await client.create(pods, pod('agent', agentOf('agent')), inNamespace)
  await client.create(clusterNetworkPolicies, clusterPolicy('team', { subject }))
  assert.deepEqual(await told(), [])
  const shop = await client.get(namespaces, 'shop')
  await client.update(namespaces, { ...shop, metadata: { ...shop.metadata, labels: { team: 'b' } } })
  assert.match((await told()).join(), /^team Warning HostNetworkPodSelected 1: .*: shop: DaemonSet agent$/)
  catalogue.remove(custom.resource)
  await settle()
  await client.create(pods, pod('alone'), inNamespace)
  assert.equal((await told()).length, 1, 'what is not served any more is not spoken of')
  catalogue.add(custom)
  await client.create(clusterNetworkPolicies, clusterPolicy('later', {}))
  await settle()
  assert.equal((await client.get(clusterNetworkPolicies, 'later')).status?.conditions?.length, 1)
  stop()
})

test('a pod that a policy selects by its new labels is told of, by who tells of policies', async () => {
  const { client, told, stop } = await start()
  await client.create(networkPolicies, policy('some', { podSelector: { matchLabels: { app: 'web' } } }), inNamespace)
  await client.create(
    clusterNetworkPolicies,
    clusterPolicy('all', {
      subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } } },
    }),
  )
  await client.create(pods, pod('agent'), inNamespace)
  assert.deepEqual(await told(), [])
  const made = await client.get(pods, 'agent', inNamespace)
  const labelled = { ...made, metadata: { ...made.metadata, labels: { app: 'web' } } }
  await client.update(pods, labelled as typeof made, inNamespace)
  assert.deepEqual(
    (await told()).map((line) => line.replace(/:.*:/, ' ')),
    ['all Warning HostNetworkPodSelected 1  Pod agent', 'some Warning HostNetworkPodSelected 1  Pod agent'],
  )
  const { items } = await client.list(events)
  assert.deepEqual([...new Set(items.map((one: Loose) => one.source?.component))], ['network-policy-controller'])
  stop()
})

test('where others keep policies nothing is said of them', async () => {
  const { client, told, stop } = await start({ networkPolicies: false })
  await client.create(pods, pod('agent'), inNamespace)
  await client.create(networkPolicies, policy('deny', {}), inNamespace)
  assert.deepEqual(await told(), [])
  stop()
})
