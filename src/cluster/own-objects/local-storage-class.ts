import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { DEFAULT_STORAGE_CLASS_ANNOTATIONS, LOCAL_PROVISIONER } from '#objects/volume-marks.ts'

/**
 * The class that a new cluster begins with, under the name that kind and minikube give theirs: folders on the disk of the
 * node that the pod is placed on.
 */
export const localStorageClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { [DEFAULT_STORAGE_CLASS_ANNOTATIONS[0]]: 'true' } },
  provisioner: LOCAL_PROVISIONER,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: false,
}
