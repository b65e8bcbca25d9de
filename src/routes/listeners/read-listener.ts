import type { FrontendTLSConfig, FrontendTLSValidation } from '#api/gatewayapi/gateway/tls.ts'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { ObjectReference } from '#api/gatewayapi/shared/references.ts'
import { objectKey } from '#objects/object-key.ts'
import {
  type FoundAuthorities,
  type FoundCertificate,
  findCertificate,
  nameOfKind,
  notPermitted,
  type References,
  readAuthorities,
} from '../references/certificates.ts'
import { GATEWAY_GROUP, type Referrer } from '../references/grants.ts'
import type { Origin } from '../table/origin.ts'
import type { Fault } from '../values/fault.ts'
import { familyOf, KINDS, type ListenerClients, type OwnListener, tlsModeOf } from './own-listener.ts'

/** `gateway` is whose clients are checked as `frontend` says. Conflicts with others are found later. */
export const readListener = (
  spec: Listener,
  owner: Origin & { readonly namespace: string },
  gateway: Referrer,
  frontend: FrontendTLSConfig | undefined,
  references: References,
): OwnListener => {
  const kinds = kindsOf(spec)
  const tls = certificatesOf(spec, owner, references)
  const validation = spec.protocol === 'HTTPS' ? validationOf(spec.port, frontend) : undefined
  const clients = validation && clientsOf(validation, gateway, references)
  const refused = refusalOf(spec) ?? clients?.refused
  const unresolved = tls.fault ?? clients?.fault ?? kinds.fault
  return {
    owner,
    spec,
    hostname: (spec.hostname ?? '').toLowerCase(),
    kinds: kinds.kinds,
    certificates: tls.certificates,
    ...(refused && { refused }),
    ...(unresolved && { unresolved }),
    ...(clients && { clients: { mode: validation?.mode ?? 'AllowValidOnly', authorities: clients.authorities } }),
    isServed: refused === undefined && (tlsModeOf(spec) !== 'Terminate' || tls.certificates.length > 0),
  }
}

const refusalOf = (spec: Listener): Fault | undefined => {
  if (familyOf(spec) === undefined)
    return { reason: 'UnsupportedProtocol', message: `the protocol ${spec.protocol} is not known` }
  const unsupported = (message: string): Fault => ({ reason: 'UnsupportedValue', message })
  const options = Object.keys(spec.tls?.options ?? {})
  if (options.length > 0) return unsupported(`options of TLS are not supported: ${options.join(', ')}`)
  if (spec.protocol === 'HTTPS' && tlsModeOf(spec) === 'Passthrough')
    return unsupported('HTTPS needs the mode Terminate; what passes through is for a listener of TLS')
  return tlsModeOf(spec) === 'Terminate' && !spec.tls?.certificateRefs?.length
    ? unsupported('it has no certificateRefs to end TLS with')
    : undefined
}

interface Kinds {
  readonly kinds: readonly string[]
  readonly fault?: Fault
}

/** The kinds of routes that a listener takes, and what of those that it names it cannot. */
export const kindsOf = ({ protocol, allowedRoutes }: Listener): Kinds => {
  const able = KINDS.get(protocol) ?? []
  const asked = allowedRoutes?.kinds ?? []
  if (asked.length === 0) return { kinds: able }
  const isAble = ({ group = GATEWAY_GROUP, kind }: (typeof asked)[number]): boolean =>
    group === GATEWAY_GROUP && able.includes(kind)
  const other = asked.find((one) => !isAble(one))
  return {
    kinds: able.filter((kind) => asked.some((one) => isAble(one) && one.kind === kind)),
    ...(other && {
      fault: {
        reason: 'InvalidRouteKinds',
        message: `routes of the kind ${nameOfKind(other.group ?? GATEWAY_GROUP, other.kind)} cannot be attached to a listener of ${protocol}`,
      },
    }),
  }
}

interface Certificates {
  readonly certificates: readonly FoundCertificate[]
  readonly fault?: Fault
}

const certificatesOf = (spec: Listener, owner: Referrer, references: References): Certificates => {
  if (tlsModeOf(spec) !== 'Terminate') return { certificates: [] }
  const found = (spec.tls?.certificateRefs ?? []).map((ref) =>
    findCertificate(ref, owner, 'InvalidCertificateRef', references),
  )
  const fault = found.find((one): one is Fault => 'reason' in one)
  return {
    certificates: found.filter((one): one is FoundCertificate => !('reason' in one)),
    ...(fault && { fault }),
  }
}

const validationOf = (port: number, frontend: FrontendTLSConfig | undefined): FrontendTLSValidation | undefined => {
  const own = frontend?.perPort?.find((one) => one.port === port)
  return own === undefined ? frontend?.default?.validation : own.tls.validation
}

interface Clients extends Pick<ListenerClients, 'authorities'> {
  readonly refused?: Fault
  readonly fault?: Fault
}

const clientsOf = (
  { caCertificateRefs: refs = [] }: FrontendTLSValidation,
  gateway: Referrer,
  references: References,
): Clients => {
  const found = refs.map((ref) => authoritiesOf(ref, gateway, references))
  const authorities = found.filter((one): one is FoundAuthorities => !('reason' in one))
  const fault = found.find((one): one is Fault => 'reason' in one)
  const refused =
    authorities.length === 0
      ? {
          reason: 'NoValidCACertificate',
          message: `no client could show a certificate: ${fault?.message ?? 'no authority is named'}`,
        }
      : undefined
  return { authorities, ...(fault && { fault }), ...(refused && { refused }) }
}

const authoritiesOf = (
  { group, kind, name, namespace: asked }: ObjectReference,
  gateway: Referrer,
  { objects, options, permits }: References,
): FoundAuthorities | Fault => {
  const namespace = asked ?? gateway.namespace
  if (group !== '' || kind !== 'ConfigMap')
    return { reason: 'InvalidCACertificateKind', message: `${nameOfKind(group, kind)} ${name} is no ConfigMap` }
  const key = objectKey(namespace, name)
  if (!permits(gateway, { group, kind, namespace, name })) return notPermitted(gateway, `ConfigMap ${key}`)
  const map = objects.configMap(key)
  const found = map === undefined ? `ConfigMap ${key} is not there` : readAuthorities(map, options.checkAuthorities)
  return typeof found === 'string' ? { reason: 'InvalidCACertificateRef', message: found } : found
}
