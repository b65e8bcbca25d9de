import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { BackendTLSPolicy } from '#api/gatewayapi/backendtlspolicy/message.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import type { RouteObjects, RouteOptions } from '../route-objects.ts'
import type { BackendTls } from '../table/table.ts'
import type { Fault } from '../values/fault.ts'
import { remembered } from '../values/remembered.ts'
import { type FoundAuthorities, nameOfKind, readAuthorities } from './certificates.ts'

/** What a BackendTLSPolicy asks for, once its references are looked up. */
export interface ReadPolicy {
  readonly policy: BackendTLSPolicy
  /** `namespace/name` of the policy. */
  readonly key: string
  /** Absent where it cannot be met: nothing is sent to its targets then. */
  readonly tls?: BackendTls
  readonly authorities: readonly FoundAuthorities[]
  /** Why it is not accepted. */
  readonly fault?: Fault
  /** Which of its references leads nowhere. */
  readonly unresolved?: Fault
}

type Check = RouteOptions['checkAuthorities']

export const readPolicy = (policy: BackendTLSPolicy, objects: RouteObjects, options: RouteOptions): ReadPolicy =>
  read(policy, options.checkAuthorities, ...mapsOf(policy, objects))

const mapsOf = (policy: BackendTLSPolicy, { configMap }: RouteObjects): readonly (ConfigMap | undefined)[] =>
  (policy.spec.validation.caCertificateRefs ?? []).map(({ name }) =>
    configMap(objectKey(policy.metadata?.namespace, name)),
  )

const read = remembered(
  (policy: BackendTLSPolicy, check: Check, ...maps: readonly (ConfigMap | undefined)[]): ReadPolicy => {
    const key = keyOf(policy)
    const { caCertificateRefs: refs = [], wellKnownCACertificates: wellKnown } = policy.spec.validation
    const refused = (reason: string, message: string): ReadPolicy => ({
      policy,
      key,
      authorities: [],
      fault: { reason, message },
    })
    const options = Object.keys(policy.spec.options ?? {})
    if (options.length > 0) return refused('Invalid', `options are not supported: ${options.join(', ')}`)
    if (refs.length === 0 && wellKnown !== 'System')
      return refused('Invalid', `wellKnownCACertificates ${JSON.stringify(wellKnown ?? '')} is not "System"`)
    const names = unsupportedNames(policy)
    if (names !== undefined) return refused('Invalid', names)
    const found = refs.map((ref, at) => authoritiesOf(ref, policy, maps[at], check))
    const authorities = found.filter((one): one is FoundAuthorities => !('reason' in one))
    const unresolved = found.find((one) => 'reason' in one)
    if (refs.length > 0 && authorities.length === 0)
      return {
        ...refused('NoValidCACertificate', `no caCertificateRef leads to a certificate: ${unresolved!.message}`),
        unresolved: unresolved!,
      }
    const keys = refs.length === 0 ? ['system'] : authorities.map((one) => one.key)
    return { policy, key, tls: tlsOf(policy, keys), authorities, ...(unresolved && { unresolved }) }
  },
)

const authoritiesOf = (
  { group, kind, name }: { readonly group: string; readonly kind: string; readonly name: string },
  policy: BackendTLSPolicy,
  map: ConfigMap | undefined,
  check: Check,
): FoundAuthorities | Fault => {
  if (group !== '' || kind !== 'ConfigMap')
    return { reason: 'InvalidKind', message: `${nameOfKind(group, kind)} ${name} is no ConfigMap` }
  const key = objectKey(policy.metadata?.namespace, name)
  const found = map === undefined ? `ConfigMap ${key} is not there` : readAuthorities(map, check)
  return typeof found === 'string' ? { reason: 'InvalidCACertificateRef', message: found } : found
}

/** HAProxy holds a certificate against one name of a host. Others would be checked too little, or by the wrong name. */
const unsupportedNames = ({ spec }: BackendTLSPolicy): string | undefined => {
  const names = spec.validation.subjectAltNames ?? []
  if (names.some(({ type }) => type !== 'Hostname')) return 'subjectAltNames of the type URI are not supported'
  if (names.length > 1) return 'several subjectAltNames are not supported, only one'
  const [only] = names
  if (only?.hostname?.startsWith('*.')) return 'subjectAltNames with a star are not supported'
  return only === undefined || only.hostname === spec.validation.hostname
    ? undefined
    : 'a subjectAltName other than the hostname is not supported'
}

const tlsOf = ({ spec }: BackendTLSPolicy, authorities: readonly string[]): BackendTls => ({
  hostname: spec.validation.hostname,
  authorities,
})
