import { checkNodeSelector } from '#api/core/pod/validate/scheduling/affinity.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { PersistentVolume, PersistentVolumeSpec } from './message.ts'
import { sourceNames, validateVolumeSource } from './validate-source.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']
const VOLUME_MODES = ['Block', 'Filesystem']
/** The root of the file system, however it is written. */
const ROOT = /^\/(\.?\/)*\.?$/
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options'
/** Sources that are mounted with options. */
const MOUNTED = new Set([
  ...['gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'nfs', 'rbd', 'quobyte', 'iscsi', 'cinder', 'cephfs'],
  ...['azureFile', 'vsphereVolume', 'azureDisk', 'photonPersistentDisk'],
])

type Spec = Partial<PersistentVolumeSpec>

const validateAccess = ({ accessModes = [] }: Spec): readonly FieldError[] => {
  const errors: FieldError[] = accessModes.length === 0 ? [required('spec.accessModes')] : []
  for (const mode of accessModes)
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported('spec.accessModes', mode, ACCESS_MODES))
  const once = accessModes.includes('ReadWriteOncePod')
  if (once && accessModes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode)))
    errors.push(forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes'))
  return errors
}

const validateCapacity = ({ capacity = {} }: Spec): readonly FieldError[] => {
  const names = Object.keys(capacity).sort()
  const errors: FieldError[] = names.length === 0 ? [required('spec.capacity')] : []
  if (names.length !== 1 || capacity.storage === undefined)
    errors.push(
      notSupported(
        'spec.capacity',
        names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, capacity[name]])),
        ['storage'],
      ),
    )
  for (const name of names) {
    const at = `spec.capacity[${name}]`
    const { nano } = parseQuantity(capacity[name]!)
    // Told as the whole number below it, as far from zero.
    if (nano < 0n)
      errors.push(invalid(at, Number(-((-nano + 999_999_999n) / 1_000_000_000n)), 'must be a valid resource quantity'))
    if (nano <= 0n) errors.push(invalid(at, capacity[name], 'must be greater than zero'))
  }
  return errors
}

const validateAffinity = ({ nodeAffinity }: Spec): readonly FieldError[] => {
  if (nodeAffinity === undefined) return []
  const at = 'spec.nodeAffinity.required'
  return nodeAffinity.required === undefined
    ? [required(at, 'must specify required node constraints')]
    : checkNodeSelector(nodeAffinity.required, at)
}

const validateClasses = (spec: Spec): readonly FieldError[] => {
  const { storageClassName, volumeMode, volumeAttributesClassName: attributes, csi } = spec
  const errors: FieldError[] = []
  if (storageClassName) errors.push(...checkForm(dnsSubdomain, storageClassName, 'spec.storageClassName'))
  if (volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode))
    errors.push(notSupported('spec.volumeMode', volumeMode, VOLUME_MODES))
  if (attributes === undefined) return errors
  const at = 'spec.volumeAttributesClassName'
  errors.push(
    ...(attributes === '' ? [required(at, 'an empty string is disallowed')] : checkForm(dnsSubdomain, attributes, at)),
  )
  if (csi === undefined) errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'))
  return errors
}

const validateSpec = (spec: Spec): readonly FieldError[] => {
  const { persistentVolumeReclaimPolicy: policy, hostPath, local, nodeAffinity } = spec
  const errors: FieldError[] = [...validateAccess(spec), ...validateCapacity(spec)]
  if (policy && !RECLAIM_POLICIES.includes(policy))
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES))
  errors.push(...validateAffinity(spec), ...validateVolumeSource(spec as PersistentVolumeSpec, 'spec'))
  if (local !== undefined && nodeAffinity === undefined)
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
  if (hostPath !== undefined && ROOT.test(hostPath.path ?? '') && policy === 'Recycle')
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"))
  return [...errors, ...validateClasses(spec)]
}

const validateMountOptions = ({ metadata, spec = {} }: PersistentVolume): readonly FieldError[] =>
  metadata?.annotations?.[MOUNT_OPTIONS] === undefined ||
  sourceNames(spec as PersistentVolumeSpec).some((one) => MOUNTED.has(one))
    ? []
    : [forbidden(`metadata.annotations.${MOUNT_OPTIONS}`, 'may not specify mount options for this volume type')]

/** Checks a volume at its creation. */
export const validateVolumeCreate = (volume: PersistentVolume): readonly FieldError[] => [
  ...validateMetadata(volume.metadata, false, dnsSubdomain),
  ...validateSpec(volume.spec ?? {}),
  ...validateMountOptions(volume),
]

/** Where it is kept; a Secret to grow it may be named once. */
const sourceOf = (spec: Spec, old: Spec): object => {
  const source = Object.fromEntries(
    sourceNames(spec as PersistentVolumeSpec).map((name) => [name, spec[name as keyof Spec]]),
  )
  if (spec.csi === undefined || old.csi === undefined || old.csi.controllerExpandSecretRef !== undefined) return source
  const { controllerExpandSecretRef: _, ...csi } = spec.csi
  return { ...source, csi }
}

/** A volume stays where it is kept, and in what way. */
export const validateVolumeUpdate = (volume: PersistentVolume, before: PersistentVolume): readonly FieldError[] => {
  const spec: Spec = volume.spec ?? {}
  const old: Spec = before.spec ?? {}
  const errors: FieldError[] = [
    ...validateMetadataUpdate(volume.metadata, before.metadata),
    ...validateSpec(spec),
    ...validateMountOptions(volume),
  ]
  if (!jsonEqual(sourceOf(spec, old) as never, sourceOf(old, old) as never))
    errors.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'))
  if (spec.volumeMode !== old.volumeMode) errors.push(immutable('volumeMode', spec.volumeMode))
  if (old.nodeAffinity !== undefined && !jsonEqual((spec.nodeAffinity ?? null) as never, old.nodeAffinity as never))
    errors.push(immutable('nodeAffinity', spec.nodeAffinity))
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined)
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'))
  return errors
}
