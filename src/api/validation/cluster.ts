import type { Lease } from '#api/coordination/lease/message.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Event } from '#api/core/event/message.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { byteLength } from '#objects/label-form.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import { checkCidr } from './address.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required, tooLong } from './field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { checkForm, checkLabels, checkRequired, dnsLabel, dnsSubdomain, type NameForm, qualifiedName } from './names.ts'

/** A Secret or a ConfigMap holds 1 MiB at most. */
const MOST_BYTES = 1024 * 1024

const dataKey: NameForm = (key) => {
  const problems: string[] = []
  if (byteLength(key) > 253) problems.push('must be no more than 253 characters')
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    )
  else if (key === '.' || key === '..') problems.push(`must not be '${key}'`)
  else if (key.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

/** The bytes that base64 text stands for. */
const decodedLength = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4)

export const validateNamespaceCreate = (namespace: Namespace): readonly FieldError[] => [
  ...validateMetadata(namespace.metadata, false, dnsLabel),
  ...(namespace.spec?.finalizers ?? []).flatMap((finalizer) => checkForm(qualifiedName, finalizer, 'spec.finalizers')),
]

export const validateConfigMapCreate = (configMap: ConfigMap): readonly FieldError[] => [
  ...validateMetadata(configMap.metadata, true, dnsSubdomain),
  ...configMapContent(configMap),
]

export const validateConfigMapUpdate = (configMap: ConfigMap, old: ConfigMap): readonly FieldError[] => [
  ...validateMetadataUpdate(configMap.metadata, old.metadata),
  ...frozen(configMap, old, ['data', 'binaryData']),
  ...configMapContent(configMap),
]

/** With `immutable: true` the contents stay, and so does `immutable`. */
const frozen = <T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] => {
  if (old.immutable !== true) return []
  const message = 'field is immutable when `immutable` is set'
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', message)]),
    ...fields.flatMap((field) => (jsonEqual(object[field] ?? {}, old[field] ?? {}) ? [] : [forbidden(field, message)])),
  ]
}

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

export const validateNodeCreate = (node: Node): readonly FieldError[] => [
  ...validateMetadata(node.metadata, false, dnsSubdomain),
  ...nodeSpec(node),
]

export const validateNodeUpdate = (node: Node, old: Node): readonly FieldError[] => {
  const errors: FieldError[] = [...validateNodeStatusUpdate(node, old), ...nodeSpec(node)]
  const before = old.spec?.podCIDRs ?? []
  if (before.length > 0 && !jsonEqual(node.spec?.podCIDRs ?? [], before))
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  const provider = old.spec?.providerID
  if (provider && node.spec?.providerID !== provider)
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  return errors
}

/** A node's report: an address stands in it once. Kubernetes shows the value by its Go names. */
export const validateNodeStatusUpdate = (node: Node, old: Node): readonly FieldError[] => [
  ...validateMetadataUpdate(node.metadata, old.metadata),
  ...nodeAddresses(node),
]

const nodeAddresses = ({ status = {} }: Node): readonly FieldError[] => {
  const { addresses = [] } = status
  return addresses.flatMap(({ type, address }, index) =>
    addresses.slice(0, index).some((earlier) => earlier.type === type && earlier.address === address)
      ? [duplicate(`status.addresses[${index}]`, { Type: type, Address: address })]
      : [],
  )
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const nodeSpec = ({ spec = {} }: Node): readonly FieldError[] => {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, taint] of (spec.taints ?? []).entries()) {
    const at = `spec.taints[${index}]`
    errors.push(...checkForm(qualifiedName, taint.key ?? '', `${at}.key`))
    errors.push(...checkLabels({ taint: taint.value ?? '' }, `${at}.value`))
    if (!taint.effect) errors.push(required(`${at}.effect`))
    else if (!EFFECTS.includes(taint.effect)) errors.push(notSupported(`${at}.effect`, taint.effect, EFFECTS))
    const key = `${taint.key}:${taint.effect}`
    if (seen.has(key)) errors.push({ ...duplicate(at, taint), detail: 'taints must be unique by key and effect pair' })
    seen.add(key)
  }
  const cidrs = spec.podCIDRs ?? []
  for (const [index, cidr] of cidrs.entries()) errors.push(...checkCidr(cidr, `spec.podCIDRs[${index}]`))
  if (cidrs.length > 0 && spec.podCIDR && cidrs[0] !== spec.podCIDR)
    errors.push(invalid('spec.podCIDRs[0]', cidrs, 'podCIDR and podCIDRs[0] must match'))
  return errors
}

export const validateLeaseCreate = (lease: Lease): readonly FieldError[] => [
  ...validateMetadata(lease.metadata, true, dnsSubdomain),
  ...leaseSpec(lease),
]

export const validateLeaseUpdate = (lease: Lease, old: Lease): readonly FieldError[] => [
  ...validateMetadataUpdate(lease.metadata, old.metadata),
  ...leaseSpec(lease),
]

const leaseSpec = ({ spec = {} }: Lease): readonly FieldError[] => {
  const errors: FieldError[] = []
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  if (transitions !== undefined && transitions < 0)
    errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  return errors
}

/** An event lies in the namespace of what it is about; about the cluster's own things, in `default`. */
export const validateEventCreate = (event: Event): readonly FieldError[] => {
  const errors: FieldError[] = [...validateMetadata(event.metadata, true, dnsSubdomain)]
  const about = event.involvedObject ?? {}
  const expected = about.namespace ? about.namespace : 'default'
  if (
    event.metadata?.namespace &&
    event.metadata.namespace !== expected &&
    !(about.namespace === undefined && event.metadata.namespace === 'kube-system')
  )
    errors.push(invalid('involvedObject.namespace', about.namespace ?? '', 'does not match event.namespace'))
  // Events of the new form (with eventTime) say who reports, and why.
  if (event.eventTime) {
    errors.push(...checkRequired(qualifiedName, event.reportingComponent, 'reportingController'))
    if (!event.reportingInstance) errors.push(required('reportingInstance'))
    if (!event.action) errors.push(required('action'))
    if (!event.reason) errors.push(required('reason'))
    if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', event.type ?? '', ''))
  }
  return errors
}
