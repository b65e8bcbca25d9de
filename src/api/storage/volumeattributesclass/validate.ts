import { type FieldError, forbidden } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { checkParameters, checkProvisioner } from '../class-content.ts'
import type { VolumeAttributesClass } from './message.ts'

export const validateVolumeAttributesClassCreate = (one: VolumeAttributesClass): readonly FieldError[] => [
  ...validateMetadata(one.metadata, false, dnsSubdomain),
  ...contentErrors(one),
]

/** Volumes are what their class said: it stays. */
export const validateVolumeAttributesClassUpdate = (
  one: VolumeAttributesClass,
  old: VolumeAttributesClass,
): readonly FieldError[] => {
  const errors = [...validateMetadataUpdate(one.metadata, old.metadata)]
  if (one.driverName !== old.driverName) errors.push(forbidden('driverName', 'updates to driverName are forbidden.'))
  if (!jsonEqual(one.parameters ?? {}, old.parameters ?? {}))
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'))
  return [...errors, ...contentErrors(one)]
}

const contentErrors = ({ driverName, parameters = {} }: VolumeAttributesClass): readonly FieldError[] => [
  ...checkProvisioner(driverName, 'driverName'),
  ...checkParameters(parameters, true),
]
