import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leases } from '#api/coordination/lease/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { nodeRestriction } from './node-restriction.ts'

const reader = {
  find: (_: unknown, __: unknown, name: string) => (name === 'n1' ? { metadata: { uid: 'u1' } } : undefined),
}
const request = (resource: object, object: object, more: object = {}) => {
  const caller = { name: 'system:node:n1', groups: ['system:nodes'] }
  return { resource, object, caller, reader, subresource: '', ...more } as never
}
const why = (work: () => unknown): string => {
  try {
    work()
    return ''
  } catch (error) {
    return (error as Error).message.replace(/^.* is forbidden: /, '')
  }
}
const creates = (resource: object, object: object, more?: object) =>
  why(() => nodeRestriction.create!(request(resource, object, more)))
const updates = (resource: object, object: object, previous: object, subresource = '') =>
  why(() => nodeRestriction.update!(request(resource, object, { previous, subresource })))

const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u1', controller: true }
const mirror = (spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner], ...metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }], ...spec },
})
const projected = (source: object) => ({ volumes: [{ name: 'v', projected: { sources: [source] } }] })

test('a pod that a node runs by itself names nothing that the node could read by it', () => {
  const cases: readonly (readonly [spec: object, what: string])[] = [
    [{ serviceAccountName: 'a' }, 'a service account'],
    [{ volumes: [{ name: 'v', secret: { secretName: 's' } }] }, 'secrets'],
    [projected({ secret: { name: 's' } }), 'secrets'],
    [{ volumes: [{ name: 'v', configMap: { name: 'm' } }] }, 'configmaps'],
    [projected({ clusterTrustBundle: { name: 'b', path: 'p' } }), 'clustertrustbundles'],
    [{ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }, 'persistentvolumeclaims'],
    [{ resourceClaims: [{ name: 'c', resourceClaimName: 'r' }] }, 'resourceclaims'],
  ]
  for (const [spec, what] of cases)
    assert.equal(creates(pods, mirror(spec)), `node "n1" can not create pods that reference ${what}`)
  for (const spec of [
    {},
    { resourceClaims: [] },
    { volumes: [{ name: 'v', emptyDir: {} }] },
    projected({ downwardAPI: {} }),
  ])
    assert.equal(creates(pods, mirror(spec)), '')
})

test('a pod that a node runs by itself belongs to its Node, and to nobody else', () => {
  const own = 'node "n1" can only create pods with an owner reference set to itself'
  assert.equal(creates(pods, mirror({}, { ownerReferences: undefined })), own)
  for (const other of [{ apiVersion: 'v2' }, { kind: 'Pod' }, { name: 'n2' }])
    assert.equal(creates(pods, mirror({}, { ownerReferences: [{ ...owner, ...other }] })), own)
  const lost = { find: () => undefined }
  assert.match(creates(pods, mirror(), { reader: lost }), /nodes "n1" not found/)
})

test('who is no node, and what is no object of a node, is not looked at', () => {
  const anybody = { caller: { name: 'rita', groups: ['system:authenticated'] } }
  assert.equal(creates(pods, { metadata: {}, spec: { nodeName: 'n2' } }, anybody), '')
  assert.equal(creates(configMaps, { metadata: { name: 'm' } }), '')
  const object = mirror()
  assert.equal(nodeRestriction.create!(request(pods, object)), object)
  assert.equal(nodeRestriction.update!(request(configMaps, object, { previous: object })), object)
})

test('a node changes no pod but by its status, nor the labels by that', () => {
  const labelled = mirror({}, { labels: { a: 'b' } })
  assert.equal(updates(pods, labelled, labelled, 'status'), '')
  assert.equal(updates(pods, mirror(), mirror({}, { labels: {} }), 'status'), '')
  assert.equal(updates(pods, mirror(), labelled, 'status'), 'node "n1" cannot update labels through pod status')
  const elsewhere = mirror({ nodeName: 'n2' })
  const status = 'node "n1" can only update pod status for pods with spec.nodeName set to itself'
  assert.equal(updates(pods, mirror(), elsewhere, 'status'), status)
  const update = 'unexpected operation "UPDATE", node "n1" can only create and delete mirror pods'
  assert.equal(updates(pods, mirror(), mirror()), update)
  const deletes = (object: object) => why(() => nodeRestriction.delete!(request(pods, object)))
  assert.equal(deletes(mirror()), '')
  assert.equal(deletes(elsewhere), 'node "n1" can only delete pods with spec.nodeName set to itself')
})

test('a node changes its own Node, but neither taints nor labels that draw work to it', () => {
  const node = (name: string, labels: object = {}, spec?: object) => ({ metadata: { name, labels }, spec })
  const taints = [{ key: 'a', effect: 'NoSchedule' }]
  assert.equal(creates(nodes, node('n1', {}, { taints })), '')
  assert.equal(creates(nodes, node('n2')), 'node "n1" is not allowed to modify node "n2"')
  assert.equal(creates(nodes, { metadata: {} }), 'node "n1" is not allowed to modify node ""')
  assert.equal(
    creates(nodes, node('n1', { 'k8s.io/b': '', 'k8s.io/a': '' })),
    'node "n1" is not allowed to set the following labels: k8s.io/a, k8s.io/b',
  )
  assert.equal(updates(nodes, node('n1', { x: 'y' }), node('n1')), '')
  assert.equal(updates(nodes, node('n1', {}, { taints: [] }), node('n1')), '')
  assert.equal(updates(nodes, node('n1', {}, { taints }), node('n1', {}, { taints })), '')
  assert.equal(updates(nodes, node('n1'), node('n1', {}, { taints })), 'node "n1" is not allowed to modify taints')
  assert.equal(updates(nodes, node('n2'), node('n2')), 'node "n1" is not allowed to modify node "n2"')
  assert.equal(
    updates(nodes, node('n1'), node('n1', { 'k8s.io/a': '', 'k8s.io/b': '' })),
    'node "n1" is not allowed to modify labels: k8s.io/a, k8s.io/b',
  )
  const deletes = (name: string) => why(() => nodeRestriction.delete!(request(nodes, node(name))))
  assert.equal(deletes('n1'), '')
  assert.equal(deletes('n2'), 'node "n1" is not allowed to modify node "n2"')
})

test('a node has the Lease of its own name, in the namespace of such', () => {
  const lease = (name: string, namespace: string) => ({ metadata: { name, namespace } })
  assert.equal(creates(leases, lease('n1', 'kube-node-lease')), '')
  const mine = 'can only access node lease with the same name as the requesting node'
  assert.equal(creates(leases, lease('n2', 'kube-node-lease')), mine)
  const there = 'can only access leases in the "kube-node-lease" system namespace'
  assert.equal(creates(leases, lease('n1', 'default')), there)
})
