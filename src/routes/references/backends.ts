import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { BackendObjectReference } from '#api/gatewayapi/shared/references.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import type { Backend, BackendTls, Retry } from '../table/table.ts'
import type { Fault } from '../values/fault.ts'
import { portsText } from '../values/ports-text.ts'
import type { BackendPolicies } from './backend-policies.ts'
import {
  type FoundAuthorities,
  type FoundCertificate,
  nameOfKind,
  notPermitted,
  type References,
} from './certificates.ts'
import type { Referrer } from './grants.ts'
import type { ReadPolicy } from './read-policy.ts'

/** How a kind of routes speaks to backends. `tls`: whether their policies hold, so that TLS begins here. */
export interface Speech {
  readonly route: 'HTTP' | 'GRPC' | 'TCP' | 'UDP'
  readonly tls: boolean
  /** What is shown to backends that are spoken to by TLS. */
  readonly clientCertificate?: FoundCertificate
}

/** Where a reference leads, and what the table must hold for it. */
export interface FoundBackend {
  readonly backend: Backend
  readonly authorities: readonly FoundAuthorities[]
  readonly clientCertificate?: FoundCertificate
}

export interface BackendReferences extends References {
  readonly policies: BackendPolicies
}

/** The same references to the same objects lead to one and the same answer. */
export const findBackend = (
  ref: BackendObjectReference,
  from: Referrer,
  speech: Speech,
  retry: Retry | undefined,
  { objects, permits, policies }: BackendReferences,
): FoundBackend | Fault => {
  const { group = '', kind = 'Service', namespace = from.namespace, name } = ref
  if (group !== '' || kind !== 'Service')
    return { reason: 'InvalidKind', message: `${nameOfKind(group, kind)} ${name} is no Service` }
  const before = led.get(ref)
  const key = before?.key ?? objectKey(namespace, name)
  if (!permits(from, { group, kind, namespace, name })) return notPermitted(from, `Service ${key}`)
  const service = objects.service(key)
  if (service === undefined) return notFound(`Service ${key} is not there`)
  const isSame =
    before !== undefined &&
    before.service === service &&
    before.speech.route === speech.route &&
    before.speech.clientCertificate === speech.clientCertificate &&
    before.policy === (speech.tls ? policies.policyOf(key, before.found.backend.portName) : undefined)
  if (isSame) return before.found
  if (service.spec?.type === 'ExternalName')
    return { reason: 'InvalidKind', message: `Service ${key} is an ExternalName, which has no endpoints` }
  if (ref.port === undefined)
    return notFound(`which port of Service ${key} is meant is not said; it has ${portsText(portsOf(service, speech))}`)
  const port = portOf(service, ref.port, speech)
  if ('reason' in port) return port
  const policy = speech.tls ? policies.policyOf(key, port.name ?? '') : undefined
  if (policy !== undefined && policy.tls === undefined)
    return { reason: 'InvalidBackendTLSPolicy', message: `BackendTLSPolicy ${policy.key}: ${policy.fault!.message}` }
  const protocol = protocolOf(speech, port.appProtocol, policy !== undefined)
  if (protocol === undefined)
    return {
      reason: 'UnsupportedProtocol',
      message: `port ${ref.port} of Service ${key} has the appProtocol ${port.appProtocol}, ${refusalOf(speech, port.appProtocol!)}`,
    }
  const answer = found(service, port, protocol, policy, retry, speech)
  led.set(ref, { key, service, policy, speech, found: answer })
  return answer
}

/** Where a reference led. It belongs to one rule, whose retries are always the same. */
interface Led {
  /** Of the Service: a text that is kept is found sooner than one that is made anew. */
  readonly key: string
  readonly service: Service
  readonly policy: ReadPolicy | undefined
  readonly speech: Speech
  readonly found: FoundBackend
}
const led = new WeakMap<BackendObjectReference, Led>()

const notFound = (message: string): Fault => ({ reason: 'BackendNotFound', message })

const transportOf = ({ route }: Speech): 'TCP' | 'UDP' => (route === 'UDP' ? 'UDP' : 'TCP')

/** Those that a route can be for. */
const portsOf = ({ spec }: Service, speech: Speech): readonly ServicePort[] =>
  (spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === transportOf(speech))

const portOf = (service: Service, number: number, speech: Speech): ServicePort | Fault => {
  const transport = transportOf(speech)
  const ports = (service.spec?.ports ?? []).filter(({ port }) => port === number)
  if (ports.length === 0) {
    const there = portsText(portsOf(service, speech))
    return notFound(`Service ${keyOf(service)} has no ${transport} port ${number}; it has ${there}`)
  }
  return (
    ports.find(({ protocol = 'TCP' }) => protocol === transport) ?? {
      reason: 'UnsupportedProtocol',
      message: `port ${number} of Service ${keyOf(service)} is one of ${ports[0]!.protocol}, not of ${transport}`,
    }
  )
}

/** By lower case: what an application protocol means to a proxy. The prefixed ones are Kubernetes' own. */
const APP_PROTOCOLS = new Map<string, { readonly http?: Backend['protocol']; readonly tls?: true }>([
  ['http', { http: 'http' }],
  ['kubernetes.io/ws', { http: 'http' }],
  ['kubernetes.io/h2c', { http: 'h2c' }],
  ['h2c', { http: 'h2c' }],
  ['http2', { http: 'h2c' }],
  ['grpc', { http: 'h2c' }],
  ['https', { tls: true }],
  ['kubernetes.io/wss', { tls: true }],
])

/** undefined: routes of this kind cannot speak so. */
const protocolOf = (
  { route }: Speech,
  appProtocol: string | undefined,
  hasPolicy: boolean,
): Backend['protocol'] | undefined => {
  if (route === 'TCP' || route === 'UDP') return 'tcp'
  const own = route === 'GRPC' ? 'h2c' : 'http'
  if (!appProtocol) return own
  const known = APP_PROTOCOLS.get(appProtocol.toLowerCase())
  if (known?.tls) return hasPolicy ? own : undefined
  return route === 'GRPC' && known?.http !== 'h2c' ? undefined : known?.http
}

const refusalOf = ({ route }: Speech, appProtocol: string): string =>
  APP_PROTOCOLS.get(appProtocol.toLowerCase())?.tls
    ? 'and no BackendTLSPolicy says how its certificate is checked'
    : `which a ${route}Route does not speak`

interface Kept {
  readonly tls: BackendTls | undefined
  readonly clientCertificate: FoundCertificate | undefined
  readonly found: FoundBackend
}
const kept = new WeakMap<Service, Map<string, Kept>>()
/** So many ways to one Service are kept: of those that routes had once, nobody says that they are gone. */
const MOST_WAYS = 1000

const found = (
  service: Service,
  port: ServicePort,
  protocol: Backend['protocol'],
  policy: ReadPolicy | undefined,
  retry: Retry | undefined,
  speech: Speech,
): FoundBackend => {
  const clientCertificate = policy === undefined ? undefined : speech.clientCertificate
  const key = backendKey(service, port, protocol, policy, retry, clientCertificate)
  const ways = kept.get(service) ?? new Map<string, Kept>()
  if (ways.size === 0) kept.set(service, ways)
  const before = ways.get(key)
  if (before !== undefined && before.tls === policy?.tls && before.clientCertificate === clientCertificate)
    return before.found
  const tls = policy?.tls && { ...policy.tls, ...(clientCertificate && { clientCertificate: clientCertificate.key }) }
  const authorities = policy?.authorities ?? []
  const answer: FoundBackend = {
    backend: {
      key,
      service: { namespace: service.metadata?.namespace ?? '', name: service.metadata?.name ?? '', port: port.port },
      portName: port.name ?? '',
      protocol,
      ...(tls && { tls }),
      ...(retry && { retry }),
      balance: service.spec?.sessionAffinity === 'ClientIP' ? 'source' : 'least',
    },
    authorities,
    ...(clientCertificate && { clientCertificate }),
  }
  if (ways.size >= MOST_WAYS) ways.clear()
  ways.set(key, { tls: policy?.tls, clientCertificate, found: answer })
  return answer
}

/** One key, one way: all that makes a way to a port of a Service another. */
const backendKey = (
  service: Service,
  { port, protocol: transport }: ServicePort,
  protocol: Backend['protocol'],
  policy: ReadPolicy | undefined,
  retry: Retry | undefined,
  clientCertificate: FoundCertificate | undefined,
): string => {
  // TCP and UDP may have the same number, under other names.
  const parts = [`${keyOf(service)}:${port}`, transport === 'UDP' ? 'udp' : protocol]
  if (policy?.tls !== undefined)
    parts.push(`by ${policy.key}`, `for ${policy.tls.hostname} of ${policy.tls.authorities.join(',')}`)
  if (clientCertificate !== undefined) parts.push(`as ${clientCertificate.key}`)
  if (retry !== undefined) parts.push(`retry ${retry.attempts}*${retry.codes.join(',')}`)
  return parts.join(' ')
}
