import { dataKey, decodedLength, frozen, MOST_BYTES } from '#api/validation/data.ts'
import { type FieldError, invalid, tooLong } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import type { ConfigMap } from './message.ts'

export const validateConfigMapCreate = (configMap: ConfigMap): readonly FieldError[] => [
  ...validateMetadata(configMap.metadata, true, dnsSubdomain),
  ...configMapContent(configMap),
]

export const validateConfigMapUpdate = (configMap: ConfigMap, old: ConfigMap): readonly FieldError[] => [
  ...validateMetadataUpdate(configMap.metadata, old.metadata),
  ...frozen(configMap, old, ['data', 'binaryData']),
  ...configMapContent(configMap),
]

const configMapContent = ({ data = {}, binaryData = {} }: ConfigMap): readonly FieldError[] => {
  const errors: FieldError[] = []
  let total = 0
  for (const [key, value] of Object.entries(data)) {
    errors.push(...checkForm(dataKey, key, `data[${key}]`))
    if (Object.hasOwn(binaryData, key))
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    total += byteLength(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...checkForm(dataKey, key, `binaryData[${key}]`))
    total += decodedLength(value)
  }
  if (total > MOST_BYTES) errors.push(tooLong('', MOST_BYTES))
  return errors
}
