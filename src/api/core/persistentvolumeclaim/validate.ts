import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { parseQuantity } from '#schema/quantity.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import { CLASS_ANNOTATION } from '../persistentvolume/storage.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from './message.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** Checks a claim at its creation. */
export const validateClaimCreate = (claim: PersistentVolumeClaim): readonly FieldError[] => [
  ...validateMetadata(claim.metadata, true, dnsSubdomain),
  ...validateClaimSpec(claim.spec ?? {}, 'spec'),
]

/** A claim that says no class in either way may be given one, as the default one that came later is. */
const mayGetClass = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  spec?.storageClassName === undefined && metadata?.annotations?.[CLASS_ANNOTATION] === undefined

/** What it asks for never becomes less than what it was given. */
const shrinkErrors = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] => {
  const asked = claim.spec?.resources?.requests?.storage ?? '0'
  if (compareQuantities(asked, old.spec?.resources?.requests?.storage ?? '0') >= 0) return []
  if (compareQuantities(asked, old.status?.capacity?.storage ?? '0') > 0) return []
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')]
}

/** What is claimed stays as it is; the volume that it has may be named once, and one that has one may ask for more. */
export const validateClaimUpdate = (
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): readonly FieldError[] => {
  const isBound = old.status?.phase === 'Bound'
  const fixed = ({ spec }: PersistentVolumeClaim): object => ({
    ...spec,
    ...(old.spec?.volumeName ? {} : { volumeName: undefined }),
    ...(mayGetClass(old) ? { storageClassName: undefined } : {}),
    ...(isBound
      ? {
          volumeAttributesClassName: undefined,
          resources: { ...spec?.resources, requests: { ...spec?.resources?.requests, storage: undefined } },
        }
      : {}),
  })
  return [
    ...validateMetadataUpdate(claim.metadata, old.metadata),
    ...validateClaimSpec(claim.spec ?? {}, 'spec'),
    ...(jsonEqual(fixed(claim), fixed(old))
      ? []
      : [
          forbidden(
            'spec',
            'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
          ),
        ]),
    ...shrinkErrors(claim, old),
  ]
}

/** Checks what a claim asks for, of one of its own or of one that pods are to be given. */
export const validateClaimSpec = (spec: PersistentVolumeClaimSpec, path: string): readonly FieldError[] => {
  const modes = spec.accessModes ?? []
  const errors: FieldError[] = []
  if (modes.length === 0) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  if (spec.selector !== undefined) errors.push(...validateSelector(spec.selector, `${path}.selector`))
  for (const mode of modes)
    if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(`${path}.accessModes`, mode, ACCESS_MODES))
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod'))
    errors.push(forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes'))
  const storage = spec.resources?.requests?.storage
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`))
  else if (parseQuantity(storage).nano <= 0n)
    errors.push(invalid(`${path}.resources[storage]`, storage, 'must be greater than zero'))
  if (spec.storageClassName) errors.push(...checkForm(dnsSubdomain, spec.storageClassName, `${path}.storageClassName`))
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode))
    errors.push(notSupported(`${path}.volumeMode`, spec.volumeMode, VOLUME_MODES))
  return errors
}
