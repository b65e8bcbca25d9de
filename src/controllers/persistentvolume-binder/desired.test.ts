import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { boundClaim, claimOf, classNamed, onNodes, volumeOf } from '#placement/testing/storage.ts'
import { volumeState } from '#placement/volumes/volume-state.ts'
import { makeNode } from '../testing/cluster.ts'
import { type ClaimView, claimStep, withVolume } from './desired-claim.ts'
import { volumeStep, withClaim, withoutClaim } from './desired-volume.ts'

const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
const view = (volumes: readonly PersistentVolume[], more: Partial<ClaimView> = {}): ClaimView => ({
  ...volumeState({ claims: [], volumes, classes: [] }),
  classes: () => [],
  nodes: () => [],
  waitingPods: () => [],
  ...more,
})
const ref = (name: string, uid?: string) => ({ namespace: 'default', name, ...(uid && { uid }) })

test('a claim that had its volume has it again, or is lost where that is gone, unnamed or another’s', () => {
  const reason = (claim: PersistentVolumeClaim, ...volumes: readonly PersistentVolume[]): string => {
    const step = claimStep(claim, view(volumes))
    return step.do === 'lose' ? step.told.reason : step.do
  }
  const bound = boundClaim('data', 'v')
  assert.equal(reason(bound, volumeOf('v', { spec: { claimRef: ref('data', 'uid-data') } })), 'bind')
  assert.equal(reason(bound, volumeOf('v')), 'bind', 'somebody took its name off the volume')
  assert.equal(reason(bound), 'ClaimLost')
  assert.equal(reason({ ...bound, spec: { ...bound.spec, volumeName: '' } }), 'ClaimLost')
  assert.equal(reason(bound, volumeOf('v', { spec: { claimRef: ref('data', 'former') } })), 'ClaimMisbound')
})

test('a claim that names its volume has what is bound to it already, though it would not be chosen', () => {
  const claim = claimOf('data', { spec: { volumeName: 'v' } })
  const small = { capacity: { storage: '1Mi' } }
  const doing = (claimRef: object | undefined) =>
    claimStep(claim, view([volumeOf('v', { spec: { ...small, ...(claimRef && { claimRef }) } })])).do
  assert.equal(doing(ref('data', 'uid-data')), 'bind')
  assert.equal(doing(ref('data')), 'wait')
  assert.equal(doing(undefined), 'wait')
  assert.equal(doing(ref('other', 'x')), 'wait')
})

test('a local folder is made on the well node with the fewest volumes, of those alike on the first by name', () => {
  const local = classNamed('now', { volumeBindingMode: 'Immediate', provisioner: 'fairlead.io/local-folder' })
  const nodes = ['c', 'b', 'a'].map((name) => makeNode(name))
  const on = (...names: readonly string[]) =>
    names.map((name, index) => volumeOf(`v${index}`, { spec: { nodeAffinity: onNodes(name) }, phase: 'Bound' }))
  const chosen = (volumes: readonly PersistentVolume[]) => {
    const step = claimStep(
      claimOf('data', { spec: { storageClassName: 'now' } }),
      view(volumes, { storageClass: () => local, nodes: () => nodes }),
    )
    return step.do === 'annotate' ? step.annotations['volume.kubernetes.io/selected-node'] : step.do
  }
  assert.equal(chosen([]), 'a')
  assert.equal(chosen(on('a')), 'b')
  assert.equal(chosen(on('a', 'a', 'b', 'c')), 'b')
  assert.equal(chosen(on('a', 'b')), 'c')
})

test('a class of Kubernetes’ own plugins, and one that is not there, are told as such', () => {
  const said = (storageClass: ReturnType<typeof classNamed> | undefined) => {
    const step = claimStep(
      claimOf('data', { spec: { storageClassName: 'c' } }),
      view([], { storageClass: () => storageClass }),
    )
    return step.do === 'wait' ? step.told?.message : step.do
  }
  const byHand = classNamed('c', { volumeBindingMode: 'Immediate', provisioner: 'kubernetes.io/no-provisioner' })
  assert.equal(said(byHand), 'no volume plugin matched name: kubernetes.io/no-provisioner')
  assert.equal(said(undefined), 'storageclass.storage.k8s.io "c" not found')
})

test('what a volume is follows from its claim', () => {
  const step = (volume: PersistentVolume, claim?: PersistentVolumeClaim) => {
    const found = volumeStep(volume, (namespace, name) =>
      namespace === 'default' && name === 'data' ? claim : undefined,
    )
    return found.do === 'phase'
      ? found.phase
      : found.do === 'unbind'
        ? `unbind ${found.wholly}`
        : (found.told?.reason ?? '')
  }
  const held = (more: Parameters<typeof volumeOf>[1] = {}) =>
    volumeOf('v', { phase: 'Bound', ...more, spec: { claimRef: ref('data', 'uid-data'), ...more.spec } })
  assert.equal(step(volumeOf('v', { phase: 'Pending' })), 'Available')
  assert.equal(step(volumeOf('v')), '')
  assert.equal(step(volumeOf('v', { phase: 'Pending', spec: { claimRef: ref('data') } }), claimOf('data')), 'Available')
  assert.equal(step(held(), boundClaim('data', 'v')), '')
  assert.equal(step(held({ phase: 'Available' }), boundClaim('data', 'v')), 'Bound')
  assert.equal(step(held(), claimOf('data')), '', 'the claim’s turn')
  assert.equal(step(held({ spec: { volumeMode: 'Block' } }), claimOf('data')), 'VolumeMismatch')
  assert.equal(step(held()), 'Released')
  assert.equal(
    step(held(), { ...claimOf('data'), metadata: { name: 'data', namespace: 'default', uid: 'next' } }),
    'Released',
  )
  const other = boundClaim('data', 'w')
  assert.equal(step(held(), other), 'unbind false')
  assert.equal(step(held({ metadata: { annotations: { [BY_CONTROLLER]: 'yes' } } }), other), 'unbind true')
  const made = { metadata: { annotations: { 'pv.kubernetes.io/provisioned-by': 'x' } } }
  assert.equal(step(held(made), other), 'unbind false', 'it is to stay')
  assert.equal(step(held({ ...made, spec: { persistentVolumeReclaimPolicy: 'Delete' } }), other), 'Released')
  assert.equal(
    step(held({ ...made, phase: 'Released', spec: { persistentVolumeReclaimPolicy: 'Delete' } })),
    '',
    'who made it removes it',
  )
})

test('whom a volume and a claim have is said on both, and by whom it was chosen', () => {
  const claim = claimOf('data')
  assert.deepEqual(withClaim(volumeOf('v'), claim)?.metadata?.annotations, { [BY_CONTROLLER]: 'yes' })
  const kept = withClaim(volumeOf('v', { spec: { claimRef: ref('data') } }), claim)
  assert.deepEqual([kept?.metadata?.annotations, kept?.spec?.claimRef?.uid], [{}, 'uid-data'])
  assert.equal(withClaim(kept!, claim), undefined)
  const free = withoutClaim(withClaim(volumeOf('v'), claim)!, true)
  assert.deepEqual([free.metadata?.annotations, free.spec?.claimRef], [{}, undefined])
  const { uid, name } = withoutClaim(kept!, false).spec?.claimRef ?? {}
  assert.deepEqual([uid, name], [undefined, 'data'])
  const named = withVolume(claimOf('data', { spec: { volumeName: 'v' } }), volumeOf('v'))
  assert.deepEqual(named.metadata?.annotations, { 'pv.kubernetes.io/bind-completed': 'yes' })
})
