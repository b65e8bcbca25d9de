import type {
  AccessClosed,
  BackendUnresolved,
  BodyTooLarge,
  CertificateUnusable,
  GatewayNotProgrammed,
  GatewayOfNobody,
  GatewayPortUnknown,
  HostNotServed,
  IngressLeftOut,
  IngressOfNobody,
  ListenerNotServed,
  Misdirected,
  NameWithoutTls,
  NoRule,
  OriginNotAllowed,
  RedirectLoop,
  RequestMalformed,
  RequestSourceRange,
  RouteNotAttached,
  RuleRefused,
  SchemeMistaken,
  ServedName,
} from '../../trace/findings/request.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { FindingText } from '../finding-text.ts'
import { objectText } from '../object.ts'
import { listenerText, nearText, ruleText } from '../request/rule.ts'
import { listed } from '../text.ts'

const servedText = ({ host, gateway, port, scheme }: ServedName): string =>
  `${host} is served by ${objectText(gateway)} at port ${port} (${scheme})`

export const hostNotServed = ({ host, gateway, near, elsewhere = [] }: HostNotServed): FindingText => ({
  message:
    gateway === undefined
      ? `no Gateway and no Ingress serves the name ${host}, nor has the cluster’s DNS any such name`
      : `${objectText(gateway)} has no listener for the host ${host}: 404`,
  details: [
    ...elsewhere.map(servedText),
    near.length > 0 ? `names that are served: ${listed(near)}` : 'no name is served at all',
  ],
})

export const nameWithoutTls = ({ host, gateway, port, plain, near }: NameWithoutTls): FindingText => ({
  message: `${objectText(gateway)} has no certificate for ${host} at port ${port}: TLS fails (alert unrecognized_name), and there is no answer of HTTP`,
  details: [
    ...(plain.length > 0 ? [`by HTTP it is served, at port ${listed(plain.map(String))}`] : []),
    near.length > 0 ? `names that have a certificate there: ${listed(near)}` : 'no name has a certificate there',
  ],
})

export const noRule = ({ listener, host, path, nearly, elsewhere = [] }: NoRule): FindingText => ({
  message: `no rule at the listener ${listenerText(listener)} takes ${path} of ${host}: 404`,
  details: [
    ...(nearly.length > 0 ? nearly.map((one) => `nearest is ${nearText(one)}`) : ['no rule there is anything like it']),
    ...elsewhere.map(servedText),
  ],
})

export const routeNotAttached = ({ route, parent, because, message }: RouteNotAttached): FindingText => ({
  message: `${objectText(route)} speaks of it, and is not attached to ${objectText(parent)}: ${because}`,
  details: [message ?? `there is no ${objectText(parent)}`],
})

export const ingressOfNobody = ({ ingress, ingressClass, controller }: IngressOfNobody): FindingText => {
  const why =
    ingressClass === undefined
      ? controller === undefined
        ? 'it names no class, and none is the default'
        : `it names no class, and the default one is served by ${controller}`
      : controller === undefined
        ? `there is no class ${ingressClass}`
        : `its class ${ingressClass} is served by ${controller}`
  return { message: `${objectText(ingress)} speaks of it, and nobody here serves it: ${why}` }
}

export const ingressLeftOut = ({ ingress, because, message }: IngressLeftOut): FindingText => ({
  message: `${objectText(ingress)} speaks of it, and that has no effect: ${because}`,
  details: [message],
})

export const backendUnresolved = ({ rule, status, message, elsewhere = [] }: BackendUnresolved): FindingText => ({
  message: `a backend of ${ruleText(rule)} leads nowhere, so that its requests get ${status}: ${message}`,
  ...(elsewhere.length > 0 && { details: [thereText(elsewhere, rule.route.kind === 'Ingress')] }),
})

const thereText = (services: readonly ObjectRef[], isIngress: boolean): string =>
  `there is ${listed(services.map(objectText))}${isIngress ? ', and an Ingress sends to its own namespace alone' : ''}`

export const requestSourceRange = ({ rule, source, ranges, isRefused }: RequestSourceRange): FindingText => ({
  message: isRefused
    ? `${objectText(rule.route)} lets nobody in ${listed(ranges, 'or')} ask, and the gateway sees ${source}: 403`
    : `${objectText(rule.route)} lets ${listed(ranges, 'or')} ask, and the gateway sees ${source}: 403`,
})

export const accessClosed = ({ rule, status, annotations }: AccessClosed): FindingText => ({
  message: `${objectText(rule.route)} restricts who may ask by ${listed(annotations)}, which is not honoured here, so that nobody may: ${status}`,
})

export const bodyTooLarge = ({ rule, octets, limit }: BodyTooLarge): FindingText => ({
  message: `${ruleText(rule)} takes bodies of at most ${limit} octets, and this one has ${octets}: 413`,
})

export const originNotAllowed = ({ rule, origin, origins }: OriginNotAllowed): FindingText => ({
  message: `a browser asks whether pages of ${origin} may ask, and ${ruleText(rule)} lets ${origins.length === 0 ? 'none' : `those of ${listed(origins, 'or')}`}: 403`,
})

export const misdirected = ({ serverName, host, listener }: Misdirected): FindingText => ({
  message: `TLS was asked for ${serverName || 'no name'} and the request is for ${host}, which is of the listener ${listenerText(listener)}: 421, so that nobody gets past a certificate that another listener asks for`,
})

export const redirectLoop = ({ rule, location }: RedirectLoop): FindingText => ({
  message: `${ruleText(rule)} redirects to ${location}, which is what was asked: a browser goes round and gives up`,
  details: ['a redirect to HTTPS is for the listener without TLS alone: its route is attached to both'],
})

export const requestMalformed = ({ part, text }: RequestMalformed): FindingText => ({
  message: `the ${part} ${text} cannot be read in one way alone, and what might be matched as one and served as another is refused: 400`,
})

export const listenerNotServed = ({
  gateway,
  listenerSet = gateway,
  listener,
  because,
  message,
}: ListenerNotServed): FindingText => ({
  message: `the listener ${listener} of ${objectText(listenerSet)} is not served: ${because}`,
  details: [message],
})

export const certificateUnusable = ({ ingress, host, message, isClosed }: CertificateUnusable): FindingText => ({
  message: `${objectText(ingress)} has no certificate for ${host} that could be shown: ${isClosed ? 'nor has any other host one, so that nobody listens' : 'TLS fails'}`,
  details: [message],
})

export const gatewayPortUnknown = ({ gateway, port, ports }: GatewayPortUnknown): FindingText => ({
  message: `${objectText(gateway)} has no listener at port ${port}: it has ${listed(ports.map((one) => `${one.port} (${one.scheme})`))}`,
})

export const schemeMistaken = ({ gateway, port, speaks }: SchemeMistaken): FindingText => ({
  message:
    speaks === 'https'
      ? `port ${port} of ${objectText(gateway)} is spoken to by TLS, and plain HTTP is asked for: the connection is closed`
      : `port ${port} of ${objectText(gateway)} has no TLS, and the client waits for it`,
})

export const gatewayOfNobody = ({ gateway, gatewayClass, controller }: GatewayOfNobody): FindingText => ({
  message: `${objectText(gateway)} is not served here: ${controller === undefined ? `there is no GatewayClass ${gatewayClass}` : `its class ${gatewayClass} is of ${controller}`}`,
})

export const gatewayNotProgrammed = ({ gateway, because, message }: GatewayNotProgrammed): FindingText => ({
  message: `${objectText(gateway)} serves nothing: ${because}`,
  details: [message ?? 'it has no Service yet'],
})

export const ruleRefused = ({ rule, message }: RuleRefused): FindingText => ({
  message: `the proxies do not take ${ruleText(rule)}: ${message}`,
})
