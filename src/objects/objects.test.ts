import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCondition, isReady, withCondition, withoutCondition } from './conditions.ts'
import { isLeaving } from './deletion.ts'
import { serviceKeyOf } from './endpoint-slice.ts'
import { byKey, keyOf, objectKey, splitKey } from './object-key.ts'
import { controllerOf, controllerReference, isControlledBy } from './owner-reference.ts'
import { isActive, isTerminal, podAddresses, runningContainers } from './pod.ts'
import * as wellKnown from './well-known.ts'

test('a key is namespace/name, or the name of what has no namespace, and splits into the same parts', () => {
  assert.equal(keyOf({ metadata: { namespace: 'shop', name: 'web' } }), 'shop/web')
  assert.equal(keyOf({ metadata: { name: 'node-1' } }), 'node-1')
  assert.equal(objectKey('', 'node-1'), 'node-1')
  assert.equal(keyOf({}), '')
  assert.deepEqual(splitKey('/web'), { namespace: '', name: 'web' })
  assert.deepEqual(splitKey('shop/web'), { namespace: 'shop', name: 'web' })
  assert.deepEqual(splitKey('node-1'), { namespace: '', name: 'node-1' })
  const objects = ['b', 'a', 'c'].map((name) => ({ metadata: { namespace: 'shop', name } }))
  assert.deepEqual(objects.sort(byKey).map(keyOf), ['shop/a', 'shop/b', 'shop/c'])
})

test('a condition counts where it is True: Unknown and absent are not', () => {
  const having = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } })
  assert.deepEqual(['True', 'False', 'Unknown'].map(having).map(isReady), [true, false, false])
  assert.equal(isReady({}), false)
  assert.equal(hasCondition(having('True'), 'Initialized'), false)
})

test('a condition that stays what it was keeps its time of transition', () => {
  const before = [
    { type: 'Ready', status: 'True', reason: 'a', lastTransitionTime: '1' },
    { type: 'Other', status: 'True' },
  ]
  assert.equal(withCondition(before, { type: 'Ready', status: 'True', reason: 'a', lastTransitionTime: '2' }), before)
  const told = withCondition(before, { type: 'Ready', status: 'True', reason: 'b', lastTransitionTime: '2' })
  assert.deepEqual(told[1], { type: 'Ready', status: 'True', reason: 'b', lastTransitionTime: '1' })
  const turned = withCondition(before, { type: 'Ready', status: 'False', reason: 'a', lastTransitionTime: '2' })
  assert.deepEqual(turned[1], { type: 'Ready', status: 'False', reason: 'a', lastTransitionTime: '2' })
  assert.deepEqual(withoutCondition(before, 'Ready'), [before[1]])
})

test('the controller is the one owner that says so, by its uid', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', uid: 'u1' } }
  const other = { apiVersion: 'v1', kind: 'Node', name: 'node-1', uid: 'n1' }
  const object = { metadata: { ownerReferences: [other, controllerReference(owner)] } }
  assert.equal(controllerOf(object)?.uid, 'u1')
  assert.equal(isControlledBy(object, owner), true)
  assert.equal(isControlledBy(object, { ...owner, metadata: { name: 'web', uid: 'u2' } }), false)
  assert.equal(isControlledBy({ metadata: { ownerReferences: [other] } }, owner), false)
})

test('a pod counts while it runs or will and nobody has deleted it', () => {
  const phases = ['Pending', 'Running', 'Unknown', 'Succeeded', 'Failed'].map((phase) => ({ status: { phase } }))
  assert.deepEqual(phases.map(isTerminal), [false, false, false, true, true])
  assert.deepEqual(phases.map(isActive), [true, true, true, false, false])
  const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Running' } }
  assert.equal(isLeaving(deleted), true)
  assert.equal(isActive(deleted), false)
})

test('the addresses of a pod are podIPs, or the older podIP where a status has that alone', () => {
  assert.deepEqual(podAddresses({ status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } }), [
    '10.0.0.1',
    'fd00::1',
  ])
  assert.deepEqual(podAddresses({ status: { podIP: '10.0.0.1' } }), ['10.0.0.1'])
  assert.deepEqual(podAddresses({}), [])
})

test('with a pod run its containers and its sidecars, but no init container that comes to its end', () => {
  const containers = [{ name: 'web' }, { name: 'log' }]
  const initContainers = [
    { name: 'once' },
    { name: 'proxy', restartPolicy: 'Always' },
    { name: 'never', restartPolicy: 'Never' },
  ]
  const names = (pod: Parameters<typeof runningContainers<{ name: string; restartPolicy?: string }>>[0]) =>
    runningContainers(pod).map(({ name }) => name)
  assert.deepEqual(names({ spec: { containers, initContainers } }), ['web', 'log', 'proxy'])
  assert.deepEqual(names({ spec: { containers } }), ['web', 'log'])
  assert.deepEqual(names({}), [])
})

test('a slice says by a label whose endpoints it holds', () => {
  const labels = { [wellKnown.SERVICE_NAME_LABEL]: 'web' }
  assert.equal(serviceKeyOf({ metadata: { namespace: 'shop', labels } }), 'shop/web')
  assert.equal(serviceKeyOf({ metadata: { namespace: 'shop', labels: { app: 'web' } } }), undefined)
  assert.equal(serviceKeyOf({}), undefined)
})

test('a controller reference names the owner, as one that deleting it waits for', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
  const reference = { ...owner, controller: true, blockOwnerDeletion: true }
  assert.deepEqual(controllerReference({ ...owner, metadata: { name: 'web', uid: 'u1' } }), {
    ...reference,
    name: 'web',
    uid: 'u1',
  })
  assert.deepEqual(controllerReference(owner), { ...reference, name: '', uid: '' })
})

const isOurs = (name: string): boolean => name.startsWith('fairlead.dev/')

test('names that are no one else’s are below a domain of ours', () => {
  const names = Object.values(wellKnown).filter(isOurs).sort()
  assert.deepEqual(names, [
    'fairlead.dev/endpoint-weight',
    'fairlead.dev/load-balancer-ips',
    'fairlead.dev/pod-network-mode',
  ])
})

test('well-known names are those of Kubernetes’ reference', () => {
  // Of what is no key of an object's metadata, a name of its own stands for itself.
  const names = Object.values(wellKnown).filter((name) => !isOurs(name) && name !== wellKnown.LEAVING_LEASE)
  assert.deepEqual(names.sort(), [
    'endpoints.kubernetes.io/last-change-trigger-time',
    'endpointslice-controller.k8s.io',
    'endpointslice.kubernetes.io/managed-by',
    'endpointslice.kubernetes.io/skip-mirror',
    'endpointslicemirroring-controller.k8s.io',
    'kubectl.kubernetes.io/default-container',
    'kubectl.kubernetes.io/last-applied-configuration',
    'kubernetes.io/config.mirror',
    'kubernetes.io/hostname',
    'kubernetes.io/metadata.name',
    'kubernetes.io/service-name',
    'node.kubernetes.io/exclude-from-external-load-balancers',
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/out-of-service',
    'node.kubernetes.io/unreachable',
    'node.kubernetes.io/unschedulable',
    'service.kubernetes.io/headless',
    'service.kubernetes.io/service-proxy-name',
    'topology.kubernetes.io/region',
    'topology.kubernetes.io/zone',
  ])
})
