import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, refusals, refusedChange } from '#api/testing/refusals.ts'

const volume = (spec: object = {}, annotations?: object): any => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv-1', annotations },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    ...spec,
  },
})
const nfs = { server: '10.0.0.1', path: '/exports' }
const csi = { driver: 'csi.example.com', volumeHandle: 'one' }
const on = (...nodes: readonly string[]) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodes }] }],
  },
})

test('a volume is kept, holds files, and waits', () => {
  const { spec, status } = created(volume({ nfs })) as any
  assert.deepEqual(
    [spec.persistentVolumeReclaimPolicy, spec.volumeMode, status],
    ['Retain', 'Filesystem', { phase: 'Pending' }],
  )
  assert.deepEqual(refusals(volume({ nfs })), [])
})

test('a volume says how it is used, how much it holds and where it is', () => {
  assert.deepEqual(refusals(volume({ capacity: {}, accessModes: [] })), [
    'spec.accessModes: Required value',
    'spec.capacity: Required value',
    'spec.capacity: Unsupported value: null: supported values: "storage"',
    'spec: Required value: must specify a volume type',
  ])
  assert.deepEqual(refusals(volume({ nfs, capacity: { storage: '0' }, accessModes: ['ReadWriteOncePod', 'Often'] })), [
    'spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    'spec.capacity[storage]: Invalid value: "0": must be greater than zero',
  ])
  assert.deepEqual(refusals(volume({ nfs, accessModes: ['ReadWriteOncePod', 'ReadOnlyMany'] })), [
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
  ])
  assert.deepEqual(refusals(volume({ nfs, capacity: { storage: '-1500m' } })), [
    'spec.capacity[storage]: Invalid value: -2: must be a valid resource quantity',
    'spec.capacity[storage]: Invalid value: "-1500m": must be greater than zero',
  ])
  assert.deepEqual(refusals(volume({ nfs, capacity: { storage: '1Gi', cpu: '1' } })), [
    'spec.capacity: Unsupported value: {"cpu":"1","storage":"1Gi"}: supported values: "storage"',
  ])
  assert.deepEqual(
    refusals(volume({ nfs, persistentVolumeReclaimPolicy: 'Burn', volumeMode: 'Tape', storageClassName: 'A' })).map(
      (text) => text.slice(0, 70),
    ),
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": support',
      'spec.storageClassName: Invalid value: "A": a lowercase RFC 1123 subdom',
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block",',
    ],
  )
  assert.deepEqual(refusals(volume({ nfs, volumeAttributesClassName: '' })), [
    'spec.volumeAttributesClassName: Required value: an empty string is disallowed',
    'spec.csi: Required value: has to be specified when using volumeAttributesClassName',
  ])
})

test('a volume is kept in one place, of which all is said', () => {
  const one = { path: '/mnt/one' }
  assert.deepEqual(refusals(volume({ nfs, csi, cephfs: { monitors: ['a'] } })), [
    'spec.cephFS: Forbidden: may not specify more than 1 volume type',
    'spec.csi: Forbidden: may not specify more than 1 volume type',
  ])
  assert.deepEqual(refusals(volume({ nfs: { server: '', path: 'exports' } })), [
    'spec.nfs.server: Required value',
    'spec.nfs.path: Invalid value: "exports": must be an absolute path',
  ])
  assert.deepEqual(refusals(volume({ csi: { driver: 'a', volumeHandle: '', nodeExpandSecretRef: { name: 'a' } } })), [
    'spec.csi.volumeHandle: Required value',
    'spec.csi.nodeExpandSecretRef.namespace: Required value',
  ])
  assert.deepEqual(refusals(volume({ local: one })), [
    'spec.nodeAffinity: Required value: Local volume requires node affinity',
  ])
  assert.deepEqual(refusals(volume({ local: one, nodeAffinity: {} })), [
    'spec.nodeAffinity.required: Required value: must specify required node constraints',
  ])
  assert.deepEqual(refusals(volume({ local: { path: 'mnt/../a' }, nodeAffinity: on('a') })), [
    'spec.local.path: Invalid value: "mnt/../a": must not contain \'..\'',
  ])
  assert.deepEqual(refusals(volume({ local: one, nodeAffinity: on() })), [
    "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ])
  assert.deepEqual(refusals(volume({ hostPath: { path: '/./' }, persistentVolumeReclaimPolicy: 'Recycle' })), [
    "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'",
  ])
  assert.deepEqual(refusals(volume({ glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } })), [
    'spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name',
  ])
})

test('only what is mounted has options to be mounted with', () => {
  const options = { 'volume.beta.kubernetes.io/mount-options': 'ro' }
  assert.deepEqual(refusals(volume({ nfs }, options)), [])
  assert.deepEqual(refusals(volume({ csi }, options)), [
    'metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type',
  ])
})

test('a volume stays where it is', () => {
  const changing = (before: object, after: object): readonly string[] =>
    refusedChange(volume(before), (object) => Object.assign(object.spec, after))
  const MOVED = 'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation'
  assert.deepEqual(changing({ nfs }, { nfs: { ...nfs, server: '10.0.0.2' } }), [MOVED])
  assert.deepEqual(changing({ nfs }, { nfs: undefined, csi }), [MOVED])
  const bigger = { capacity: { storage: '2Gi' }, claimRef: { namespace: 'default', name: 'data' } }
  assert.deepEqual(changing({ nfs }, { ...bigger, persistentVolumeReclaimPolicy: 'Delete' }), [])
  assert.deepEqual(changing({ nfs }, { volumeMode: 'Block' }), [
    'volumeMode: Invalid value: "Block": field is immutable',
  ])
  const secret = { controllerExpandSecretRef: { name: 'a', namespace: 'b' } }
  assert.deepEqual(changing({ csi }, { csi: { ...csi, ...secret } }), [])
  const other = { controllerExpandSecretRef: { name: 'c', namespace: 'b' } }
  assert.deepEqual(changing({ csi: { ...csi, ...secret } }, { csi: { ...csi, ...other } }), [MOVED])
  assert.deepEqual(changing({ nfs }, { nodeAffinity: on('a') }), [])
  assert.deepEqual(
    changing({ nfs, nodeAffinity: on('a') }, { nodeAffinity: on('b') }).map((text) => text.slice(0, 28)),
    ['nodeAffinity: Invalid value:'],
  )
  assert.deepEqual(changing({ csi, volumeAttributesClassName: 'gold' }, { volumeAttributesClassName: undefined }), [
    'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
  ])
})
