// Annotations of claims, volumes and classes, by the names that Kubernetes has for them, and provisioners by theirs.

/** On a claim: the node that the scheduler wants its volume on, where the volume is yet to be made. */
export const SELECTED_NODE_ANNOTATION = 'volume.kubernetes.io/selected-node'
/** On a claim: who is to make its volume; clients look for the older of both names too. */
export const STORAGE_PROVISIONER_ANNOTATIONS = [
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
] as const
/** On a claim: it has its volume, and both say so. */
export const BIND_COMPLETED_ANNOTATION = 'pv.kubernetes.io/bind-completed'
/** On a claim or a volume: the other was chosen for it, and not named by whoever made it. */
export const BOUND_BY_CONTROLLER_ANNOTATION = 'pv.kubernetes.io/bound-by-controller'
/** On a volume: who has made it, and removes what it is kept in. */
export const PROVISIONED_BY_ANNOTATION = 'pv.kubernetes.io/provisioned-by'
/** The provisioner of classes whose volumes people make by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'
/** Our own: folders on the node's disk. */
export const LOCAL_PROVISIONER = 'fairlead.io/local-folder'
/** On a StorageClass: claims without a class are of this one; the second is the older name. */
export const DEFAULT_STORAGE_CLASS_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const
