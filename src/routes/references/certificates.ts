import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { SecretObjectReference } from '#api/gatewayapi/shared/references.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import type { RouteObjects, RouteOptions } from '../route-objects.ts'
import type { Certificate } from '../table/table.ts'
import type { Fault } from '../values/fault.ts'
import { remembered } from '../values/remembered.ts'
import type { Permits, Referrer } from './grants.ts'
import { pemText } from './pem.ts'

/** A certificate of the table, by its key. */
export interface FoundCertificate {
  readonly key: string
  readonly certificate: Certificate
}

/** Who may refer to what, and what is there. */
export interface References {
  readonly objects: RouteObjects
  readonly options: RouteOptions
  readonly permits: Permits
}

/** `invalid` is the reason for what is not there, or is no certificate. */
export const findCertificate = (
  ref: SecretObjectReference,
  from: Referrer,
  invalid: string,
  { objects, options, permits }: References,
): FoundCertificate | Fault => {
  const { group = '', kind = 'Secret', namespace = from.namespace, name } = ref
  if (group !== '' || kind !== 'Secret')
    return { reason: invalid, message: `${nameOfKind(group, kind)} ${name} is no Secret` }
  if (!permits(from, { group, kind, namespace, name })) return notPermitted(from, `Secret ${namespace}/${name}`)
  const secret = objects.secret(objectKey(namespace, name))
  if (secret === undefined) return { reason: invalid, message: `Secret ${namespace}/${name} is not there` }
  const found = readSecret(secret, options.checkCertificate, options.certificateNames)
  return typeof found === 'string' ? { reason: invalid, message: found } : found
}

/** A group and a kind, as people write them. */
export const nameOfKind = (group: string, kind: string): string => (group === '' ? kind : `${kind}.${group}`)

export const notPermitted = (from: Referrer, what: string): Fault => ({
  reason: 'RefNotPermitted',
  message: `no ReferenceGrant lets a ${from.kind} of namespace ${from.namespace} refer to ${what}`,
})

/** The certificate of a Secret, or what is wrong with it. */
export const readSecret = remembered(
  (
    secret: Secret,
    check: RouteOptions['checkCertificate'],
    namesOf: RouteOptions['certificateNames'],
  ): FoundCertificate | string => {
    const name = keyOf(secret)
    const chain = pemText(secret.data?.['tls.crt'])
    const key = pemText(secret.data?.['tls.key'])
    if (chain === undefined || key === undefined)
      return `Secret ${name} has no ${chain === undefined ? 'tls.crt' : 'tls.key'}`
    const fault = check(chain, key)
    if (fault !== undefined) return `Secret ${name}: ${fault}`
    const { namespace = '', name: own = '' } = secret.metadata ?? {}
    const origin = { kind: 'Secret', namespace, name: own }
    return { key: `Secret ${name}`, certificate: { origin, names: namesOf(chain), chain, key } }
  },
)

/** A bundle of authorities of the table, by its key. */
export interface FoundAuthorities {
  readonly key: string
  readonly bundle: string
}

/** The bundle `ca.crt` of a ConfigMap, or what is wrong with it. */
export const readAuthorities = remembered(
  (map: ConfigMap, check: RouteOptions['checkAuthorities']): FoundAuthorities | string => {
    const name = keyOf(map)
    const bundle = map.data?.['ca.crt']
    if (!bundle) return `ConfigMap ${name} has no ca.crt`
    const fault = check(bundle)
    return fault === undefined ? { key: `ConfigMap ${name}`, bundle } : `ConfigMap ${name}: ${fault}`
  },
)
