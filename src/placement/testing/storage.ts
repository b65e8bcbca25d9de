import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'

type Meta = NonNullable<PersistentVolumeClaim['metadata']>

interface ClaimOptions {
  readonly spec?: Partial<PersistentVolumeClaim['spec']>
  readonly metadata?: Meta
  readonly phase?: 'Pending' | 'Bound' | 'Lost'
}

/** A claim for 1Gi of the namespace `default`, of no class. */
export const claimOf = (
  name: string,
  { spec, metadata, phase = 'Pending' }: ClaimOptions = {},
): PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: '',
    ...spec,
  },
  status: { phase },
})

/** One that has its volume. */
export const boundClaim = (name: string, volumeName: string): PersistentVolumeClaim =>
  claimOf(name, {
    spec: { volumeName },
    metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    phase: 'Bound',
  })

interface VolumeOptions {
  readonly spec?: Partial<PersistentVolume['spec']>
  readonly metadata?: Meta
  readonly phase?: 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed'
}

/** A volume of 1Gi that nobody has, of no class. */
export const volumeOf = (
  name: string,
  { spec, metadata, phase = 'Available' }: VolumeOptions = {},
): PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: `uid-${name}`, ...metadata },
  spec: {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: '',
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: `/data/${name}` },
    ...spec,
  },
  status: { phase },
})

/** For `spec.nodeAffinity`: on these nodes alone, by their host names. */
export const onNodes = (
  ...nodes: readonly string[]
): NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']> => ({
  required: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In' as const, values: nodes }] },
    ],
  },
})

export const classNamed = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  provisioner: 'example.com/disk',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
  metadata: { name, ...more.metadata },
})
