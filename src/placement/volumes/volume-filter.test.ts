import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterState } from '../cluster-state.ts'
import { unschedulableText } from '../event-text.ts'
import type { Obstacle } from '../obstacle.ts'
import { place } from '../placement.ts'
import { preemptionOf } from '../preemption.ts'
import { nodeWith } from '../testing/placing.ts'
import { boundClaim, claimOf, classNamed, onNodes, volumeOf } from '../testing/storage.ts'
import { volumeState } from './volume-state.ts'

const podWith = (name: string, ...volumes: readonly object[]): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: volumes.map((one, index) => ({ name: `v${index}`, ...one })),
    },
  }) as Pod
const using = (...claims: readonly string[]): Pod =>
  podWith('p', ...claims.map((claimName) => ({ persistentVolumeClaim: { claimName } })))
const waiting = { storageClassName: 'late' }

interface Storage {
  readonly claims?: Parameters<typeof volumeState>[0]['claims']
  readonly volumes?: Parameters<typeof volumeState>[0]['volumes']
  readonly classes?: Parameters<typeof volumeState>[0]['classes']
}

const clusterOf = ({ claims = [], volumes = [], classes = [classNamed('late')] }: Storage, pods: readonly Pod[] = []) =>
  ({
    nodes: [nodeWith('a', pods), nodeWith('b')],
    namespaceLabels: () => undefined,
    volumes: volumeState({ claims, volumes, classes }),
  }) satisfies ClusterState

/** Where it goes, or the words and codes of why not. */
const outcome = (pod: Pod, cluster: ClusterState): readonly [string, ...Obstacle['code'][]] => {
  const placed = place(pod, cluster, 0)
  if (placed.kind === 'node') return [placed.name]
  if (placed.kind === 'gated') return ['gated']
  const codes = placed.refused.flatMap(({ obstacles }) => obstacles.map(({ code }) => code))
  return [unschedulableText(placed.refused), ...new Set(codes)]
}

test('what a pod’s claims keep it from everywhere is told once, in Kubernetes’ words', () => {
  const said = (pod: Pod, storage: Storage = {}) => outcome(pod, clusterOf(storage))
  const told = (text: string, code: Obstacle['code']) => [`0/2 nodes are available: ${text}.`, code]
  assert.deepEqual(said(using('data')), told('persistentvolumeclaim "data" not found', 'claim-not-found'))
  const leaving = claimOf('data', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })
  assert.deepEqual(
    said(using('data'), { claims: [leaving] }),
    told('persistentvolumeclaim "data" is being deleted', 'claim-leaving'),
  )
  const lost = claimOf('data', { spec: { volumeName: 'v' }, phase: 'Lost' })
  assert.deepEqual(
    said(using('data'), { claims: [lost] }),
    told('persistentvolumeclaim "data" bound to non-existent persistentvolume "v"', 'claim-lost'),
  )
  for (const claims of [[claimOf('data')], [claimOf('data', { spec: { volumeName: 'v', ...waiting } })]])
    assert.deepEqual(
      said(using('data'), { claims }),
      told('pod has unbound immediate PersistentVolumeClaims', 'claims-unbound'),
    )
  const ephemeral = podWith('p', { ephemeral: { volumeClaimTemplate: { spec: {} } } })
  assert.deepEqual(
    said(ephemeral),
    told('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v0"', 'claim-awaited'),
  )
  assert.deepEqual(
    said(ephemeral, { claims: [claimOf('p-v0', { spec: waiting })] }),
    told('PVC default/p-v0 was not created for pod default/p (pod is not owner)', 'claim-of-another'),
  )
})

test('a pod goes where its volumes may be used', () => {
  const onB = volumeOf('v', { spec: { nodeAffinity: onNodes('b') }, phase: 'Bound' })
  assert.deepEqual(outcome(using('data'), clusterOf({ claims: [boundClaim('data', 'v')], volumes: [onB] })), ['b'])
  const nowhere = volumeOf('v', { spec: { nodeAffinity: onNodes('c') }, phase: 'Bound' })
  assert.deepEqual(outcome(using('data'), clusterOf({ claims: [boundClaim('data', 'v')], volumes: [nowhere] })), [
    "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.",
    'volume-elsewhere',
  ])
  assert.deepEqual(outcome(using('data'), clusterOf({ claims: [boundClaim('data', 'v')] })), [
    '0/2 nodes are available: 2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s).',
    'volume-not-found',
  ])
})

test('a claim that waits for its pod gets a volume of the node, or one that is made there', () => {
  const claims = [claimOf('data', { spec: waiting })]
  const [a, b] = ['a', 'b'].map((name) => nodeWith(name))
  assert.ok(a && b)
  assert.equal(outcome(using('data'), clusterOf({ claims }))[0].length, 1)
  const byHand = [classNamed('late', { provisioner: 'kubernetes.io/no-provisioner' })]
  assert.deepEqual(outcome(using('data'), clusterOf({ claims, classes: byHand })), [
    "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind.",
    'no-volume',
  ])
  const volumes = [volumeOf('v', { spec: { nodeAffinity: onNodes('b'), ...waiting } })]
  assert.deepEqual(outcome(using('data'), clusterOf({ claims, volumes, classes: byHand })), ['b'])
  const two = [claimOf('data', { spec: waiting }), claimOf('more', { spec: waiting })]
  assert.deepEqual(
    outcome(using('data', 'more'), clusterOf({ claims: two, volumes, classes: byHand }))[1],
    'no-volume',
    'one volume is not for two claims',
  )
  const selected = claimOf('data', {
    spec: waiting,
    metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'b' } },
  })
  assert.deepEqual(outcome(using('data'), clusterOf({ claims: [selected] })), ['b'])
  const topologies = [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['b'] }] }]
  const bound = [classNamed('late', { allowedTopologies: topologies })]
  assert.deepEqual(outcome(using('data'), clusterOf({ claims, classes: bound })), ['b'])
})

test('a claim for one pod alone lets no second in, but one that is worth more', () => {
  const once = { accessModes: ['ReadWriteOncePod'] as const, volumeName: 'v' }
  const claim = { ...boundClaim('data', 'v'), spec: { ...boundClaim('data', 'v').spec, ...once } }
  const holder: Pod = { ...using('data'), metadata: { name: 'q', namespace: 'default', uid: 'q' } }
  const cluster = clusterOf({ claims: [claim as never], volumes: [volumeOf('v', { phase: 'Bound' })] }, [holder])
  assert.deepEqual(outcome(using('data'), cluster), [
    '0/2 nodes are available: 2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.',
    'claim-taken',
  ])
  const pod = using('data')
  const worth: Pod = { ...pod, spec: { ...pod.spec!, priority: 5 } }
  const placed = place(worth, cluster, 0)
  assert.ok(placed.kind === 'unschedulable')
  const preempted = preemptionOf(worth, placed.refused, cluster)
  assert.ok(preempted.kind === 'node')
  assert.deepEqual(preempted.victims, [holder])
  assert.deepEqual(outcome(using('other'), { ...cluster, volumes: undefined as never }).length, 1)
})
