import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { IngressBackend } from '#api/networking/ingress/message.ts'
import { objectKey } from '#objects/object-key.ts'
import type { News } from '../../routes.ts'
import type { WeightedBackend } from '../../table/entry.ts'
import type { Origin } from '../../table/origin.ts'
import type { Backend } from '../../table/table.ts'
import { portsText } from '../../values/ports-text.ts'
import type { BackendProtocol, Settings } from '../annotations/settings.ts'
import { warning } from '../news.ts'

/** Where a backend of an Ingress leads: to a port of a Service, or to an answer since there is none. */
interface ResolvedBackend {
  readonly to: WeightedBackend['to']
  readonly backend?: Backend
  readonly news?: News
}

/** `place` is the field of the Ingress, for people. */
export const resolveBackend = (
  ingress: Origin,
  place: string,
  { service, resource }: IngressBackend,
  settings: Settings,
  lookUp: (key: string) => Service | undefined,
): ResolvedBackend => {
  const nobody = (reason: 'BackendNotFound' | 'UnsupportedBackend', why: string): ResolvedBackend => ({
    to: { status: 503, reason: why, ...(service && { service: service.name }) },
    news: warning(ingress, reason, `${place}: ${why}; requests get 503`),
  })
  if (resource !== undefined || service === undefined) {
    const what = resource === undefined ? 'nothing' : `${resource.kind} ${resource.name}`
    return nobody('UnsupportedBackend', `${what} is no Service, and nothing else can be a backend here`)
  }
  const namespace = ingress.namespace ?? ''
  const found = lookUp(objectKey(namespace, service.name))
  if (found === undefined) return nobody('BackendNotFound', `there is no Service ${namespace}/${service.name}`)
  if (found.spec?.type === 'ExternalName')
    return nobody(
      'UnsupportedBackend',
      `Service ${namespace}/${service.name} is of type ExternalName, without endpoints`,
    )
  const ports = (found.spec?.ports ?? []).filter(({ protocol }) => (protocol ?? 'TCP') === 'TCP')
  const { name, number } = service.port ?? {}
  const port = ports.find((one) => (name ? one.name === name : one.port === number))
  if (port === undefined) {
    const wanted = `${name || number}; it has ${portsText(ports)}`
    return nobody('BackendNotFound', `Service ${namespace}/${service.name} has no TCP port ${wanted}`)
  }
  const backend = backendOf(found, port, settings)
  return { to: { backend: backend.key }, backend }
}

const backendOf = ({ metadata, spec }: Service, port: ServicePort, settings: Settings): Backend => {
  const service = { namespace: metadata?.namespace ?? '', name: metadata?.name ?? '', port: port.port }
  const spoken = settings.protocol ?? PROTOCOLS.get(port.appProtocol?.toLowerCase() ?? '') ?? 'HTTP'
  const isSecure = spoken === 'HTTPS' || spoken === 'GRPCS'
  const balance = settings.balanceBySource || spec?.sessionAffinity === 'ClientIP' ? 'source' : 'least'
  return {
    // Two ways of one port are two backends.
    key: `${service.namespace}/${service.name}:${service.port} ${spoken} ${balance}`,
    service,
    portName: port.name ?? '',
    protocol: spoken.startsWith('GRPC') ? 'h2c' : 'http',
    ...(isSecure && { tls: { authorities: [] } }),
    balance,
  }
}

/** What `appProtocol` of a Service's port says, by its name in lower case. */
const PROTOCOLS: ReadonlyMap<string, BackendProtocol> = new Map([
  ['http', 'HTTP'],
  ['https', 'HTTPS'],
  ['grpc', 'GRPC'],
  ['grpcs', 'GRPCS'],
  ['kubernetes.io/h2c', 'GRPC'],
  ['h2c', 'GRPC'],
  ['http2', 'GRPC'],
  ['kubernetes.io/ws', 'HTTP'],
  ['kubernetes.io/wss', 'HTTPS'],
])
