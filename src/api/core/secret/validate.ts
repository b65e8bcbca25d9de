import { dataKey, decodedLength, frozen, MOST_BYTES } from '#api/validation/data.ts'
import { type FieldError, required, tooLong } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain } from '#api/validation/names.ts'
import { own } from '#schema/own.ts'
import type { Secret } from './message.ts'

export const validateSecretCreate = (secret: Secret): readonly FieldError[] => [
  ...validateMetadata(secret.metadata, true, dnsSubdomain),
  ...secretContent(secret),
]

export const validateSecretUpdate = (secret: Secret, old: Secret): readonly FieldError[] => [
  ...validateMetadataUpdate(secret.metadata, old.metadata),
  ...((secret.type || 'Opaque') === (old.type || 'Opaque') ? [] : [immutable('type', secret.type)]),
  ...frozen(secret, old, ['data']),
  ...secretContent(secret),
]

const SECRET_KEYS: { readonly [type: string]: readonly string[] } = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

const ACCOUNT_ANNOTATION = 'kubernetes.io/service-account.name'

const secretContent = ({ metadata, data = {}, type = '' }: Secret): readonly FieldError[] => {
  const errors: FieldError[] = []
  let total = 0
  for (const [key, value] of Object.entries(data)) {
    errors.push(...checkForm(dataKey, key, `data[${key}]`))
    total += decodedLength(value)
  }
  if (total > MOST_BYTES) errors.push(tooLong('data', MOST_BYTES))
  for (const key of own(SECRET_KEYS, type) ?? []) if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`))
  if (type === 'kubernetes.io/basic-auth' && !Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password'))
    errors.push(required('data[username]'), required('data[password]'))
  if (type === 'kubernetes.io/service-account-token' && !metadata?.annotations?.[ACCOUNT_ANNOTATION])
    errors.push(required(`metadata.annotations[${ACCOUNT_ANNOTATION}]`))
  return errors
}
