import { join } from 'node:path'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { classOf } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import {
  LOCAL_PROVISIONER,
  PROVISIONED_BY_ANNOTATION,
  SELECTED_NODE_ANNOTATION,
  STORAGE_PROVISIONER_ANNOTATIONS,
} from '#objects/volume-marks.ts'
import { HOSTNAME_LABEL } from '#objects/well-known.ts'
import { isLocalFolder, localFolders } from './local-folder.ts'

/** On a volume: what it is kept in goes before it does, whoever deletes it. The name is that of all provisioners. */
export const DELETION_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'

/** The node that makes volumes, and where it keeps them. */
export interface LocalNode {
  readonly name: string
  readonly stateDir: string
}

/** Whether a claim wants a folder of this node, by what the controller and the scheduler wrote on it. */
export const wantsFolder = (claim: PersistentVolumeClaim, node: LocalNode): boolean => {
  const { annotations = {} } = claim.metadata ?? {}
  return (
    !isLeaving(claim) &&
    !claim.spec?.volumeName &&
    annotations[SELECTED_NODE_ANNOTATION] === node.name &&
    STORAGE_PROVISIONER_ANNOTATIONS.some((key) => annotations[key] === LOCAL_PROVISIONER)
  )
}

const ONE_NODE: readonly string[] = ['ReadWriteOnce', 'ReadWriteOncePod']

/** What a claim asks for that a folder is not, with the way out; undefined: it can be made. */
export const folderRefusal = (claim: PersistentVolumeClaim, storageClass: StorageClass): string | undefined => {
  const { accessModes = [], volumeMode, selector, dataSourceRef, dataSource } = claim.spec ?? {}
  const wide = accessModes.find((mode) => !ONE_NODE.includes(mode))
  if (wide !== undefined)
    return `access mode ${wide} is not supported, since a folder is on one node: use ReadWriteOnce or ReadWriteOncePod`
  if (volumeMode === 'Block') return 'block devices are not supported: use volumeMode Filesystem'
  if (selector !== undefined) return 'a selector chooses among volumes that are there: leave it out'
  if (dataSourceRef ?? dataSource)
    return 'volumes are made empty, and not from dataSource or dataSourceRef: leave it out'
  const [parameter] = Object.keys(storageClass.parameters ?? {})
  if (parameter !== undefined) return `parameter "${parameter}" of the class is not known: leave it out`
  if ((storageClass.mountOptions ?? []).length > 0) return 'folders have no mountOptions: leave them out of the class'
  return undefined
}

/** The volume for a claim: a folder of the node, kept for this claim alone. */
export const folderVolume = (
  claim: PersistentVolumeClaim,
  { reclaimPolicy = 'Delete' }: StorageClass,
  node: LocalNode,
): PersistentVolume => {
  const { namespace, uid, resourceVersion } = claim.metadata ?? {}
  const name = `pvc-${uid}`
  const storageClassName = classOf(claim) ?? ''
  const { accessModes, volumeMode = 'Filesystem' } = claim.spec ?? {}
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: { [PROVISIONED_BY_ANNOTATION]: LOCAL_PROVISIONER },
      ...(reclaimPolicy === 'Delete' && { finalizers: [DELETION_FINALIZER] }),
    },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage ?? '0' },
      ...(accessModes && { accessModes }),
      volumeMode,
      storageClassName,
      persistentVolumeReclaimPolicy: reclaimPolicy,
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: claim.metadata?.name,
        uid,
        resourceVersion,
      },
      local: { path: join(localFolders(node.stateDir), name) },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [node.name] }] }],
        },
      },
    },
  }
}

/** What is to become of a volume: `remove` its folder and it; `let go`: it may go, and its folder stays. */
export const reclaimOf = (volume: PersistentVolume, { stateDir }: LocalNode): 'keep' | 'remove' | 'let go' => {
  if (!isLocalFolder(stateDir, volume)) return 'keep'
  const phase = volume.status?.phase
  if (volume.spec?.persistentVolumeReclaimPolicy === 'Delete') {
    if (phase === 'Released' || phase === 'Failed') return 'remove'
    return isLeaving(volume) && phase !== 'Bound' ? 'remove' : 'keep'
  }
  const isHeld = (volume.metadata?.finalizers ?? []).includes(DELETION_FINALIZER)
  return isLeaving(volume) && isHeld ? 'let go' : 'keep'
}
