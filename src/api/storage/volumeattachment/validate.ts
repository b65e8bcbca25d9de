import { type FieldError, forbidden, invalid, required, tooLong } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { VolumeAttachment } from './message.ts'

const METADATA_BYTES = 256 * 1024
const MESSAGE_BYTES = 1024
const ONE_OF = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'

export const validateVolumeAttachmentCreate = (attachment: VolumeAttachment): readonly FieldError[] => {
  const { attacher, source } = attachment.spec
  const errors = [...validateMetadata(attachment.metadata, false, dnsSubdomain), ...contentErrors(attachment)]
  errors.push(...checkForm(dnsSubdomain, attacher, 'spec.attacher'))
  const volume = source.persistentVolumeName
  if (volume !== undefined) errors.push(...checkForm(dnsSubdomain, volume, 'spec.source.persistentVolumeName'))
  return errors
}

export const validateVolumeAttachmentUpdate = (
  attachment: VolumeAttachment,
  old: VolumeAttachment,
): readonly FieldError[] => [
  ...validateMetadataUpdate(attachment.metadata, old.metadata),
  ...contentErrors(attachment),
  ...(jsonEqual(attachment.spec, old.spec) ? [] : [immutable('spec', attachment.spec)]),
]

const contentErrors = ({ spec, status }: VolumeAttachment): readonly FieldError[] => {
  const { attachmentMetadata = {}, attachError, detachError } = status ?? {}
  const errors: FieldError[] = spec.attacher === '' ? [required('spec.attacher')] : []
  errors.push(...sourceErrors(spec.source), ...checkForm(dnsSubdomain, spec.nodeName, 'spec.nodeName'))
  const bytes = Object.entries(attachmentMetadata).flat()
  if (bytes.reduce((sum, text) => sum + byteLength(text), 0) > METADATA_BYTES)
    errors.push(tooLong('status.attachmentMetadata', METADATA_BYTES))
  return [
    ...errors,
    ...faultErrors(attachError, 'status.attachError'),
    ...faultErrors(detachError, 'status.detachError'),
  ]
}

type Source = VolumeAttachment['spec']['source']

const sourceErrors = ({ persistentVolumeName: name, inlineVolumeSpec: inline }: Source): readonly FieldError[] => {
  const at = 'spec.source'
  if (name === undefined && inline === undefined) return [required(at, ONE_OF)]
  if (name !== undefined && inline !== undefined) return [forbidden(at, ONE_OF)]
  return name === '' ? [required(`${at}.persistentVolumeName`, 'must specify non empty persistentVolumeName')] : []
}

type Fault = NonNullable<VolumeAttachment['status']>['attachError']

/** Kubernetes bounds the message by one number and names another. */
const faultErrors = (fault: Fault, at: string): readonly FieldError[] => {
  if (fault === undefined) return []
  const { message = '', errorCode = 0 } = fault
  return [
    ...(byteLength(message) > MESSAGE_BYTES ? [tooLong(`${at}.message`, METADATA_BYTES)] : []),
    ...(errorCode < 0 ? [invalid(`${at}.errorCode`, errorCode, 'must be between 0 and 2147483647, inclusive')] : []),
  ]
}
