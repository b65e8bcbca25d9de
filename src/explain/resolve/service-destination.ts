import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { clusterIpsOf, familyOfText, ingressOf } from '../cluster/lookup.ts'
import { nodesToAsk } from '../cluster/nodes-to-ask.ts'
import { refOf } from '../cluster/reference.ts'
import type { Step } from '../trace/walk/step.ts'
import { chosenPort, type Destination, nowhere, type Target } from './address-destination.ts'
import type { DeadEnd } from './dead-end.ts'
import { headlessAddresses } from './headless.ts'
import { ofFamily, type Query } from './query.ts'

/** The port of a Service that is meant: by number, by name, or its first. Undefined: it has no such port. */
function portOf({ spec }: Service, text: string | undefined, protocol: Protocol | undefined) {
  const ports = (spec?.ports ?? []).filter((one) => protocol === undefined || (one.protocol || 'TCP') === protocol)
  if (text === undefined) return ports[0]
  return ports.find((one) => (/^\d+$/.test(text) ? one.port === Number(text) : one.name === text))
}

/**
 * The addresses of a Service that has some of its own: its ClusterIP, its load balancer’s, its pods’. `portText`: as it was
 * asked, a number or a name.
 */
export function toService(
  query: Query,
  service: Service,
  portText: string | undefined,
  steps: readonly Step[],
): Destination {
  const { facts, question, source } = query
  const port = portOf(service, portText, question.protocol)
  const protocol = question.protocol ?? port?.protocol ?? 'TCP'
  const number = port?.port ?? (portText !== undefined && /^\d+$/.test(portText) ? Number(portText) : undefined)
  const none = (deadEnd: DeadEnd): Destination => ({ ...nowhere(protocol, deadEnd, steps), service })
  const to = (targets: readonly Target[], step: Step): Destination => ({
    protocol,
    service,
    targets,
    steps: [...steps, step],
  })
  if (number === undefined) return none({ kind: 'port-missing', service, port: portText, protocol })
  const ref = refOf('Service', service)
  if (isHeadless(service)) {
    const found = headlessAddresses(facts, question, source, service)
    if ('kind' in found) return none(found)
    const targets = found.map((address) => ({ address, port: number }))
    return { ...to(targets, { code: 'headless', service: ref, addresses: found }), byName: true }
  }
  const outside = source.sender.kind === 'host' || source.sender.kind === 'outside'
  const balanced = outside && service.spec?.type === 'LoadBalancer'
  if (balanced && ingressOf(service).length === 0) return none({ kind: 'load-balancer-pending', service })
  // No network outside of a cluster of others leads to a ClusterIP: there a Service is its node port.
  const [node] =
    facts.network.foreign && outside && !balanced && service.spec?.type === 'NodePort' && port?.nodePort
      ? nodesToAsk(facts, service, familyOfText(source.addresses[0] ?? ''))
      : []
  if (node !== undefined && port?.nodePort)
    return to([{ address: node.address, port: port.nodePort }], {
      code: 'service-node-port',
      service: ref,
      node: node.name,
      port: port.nodePort,
    })
  const addresses = balanced ? ingressOf(service) : clusterIpsOf(service)
  const address = ofFamily(addresses, query)
  if (address === undefined) return none({ kind: 'family-missing', service, addresses })
  const several = portText === undefined && port !== undefined && (service.spec?.ports ?? []).length > 1
  return to([{ address, port: number }], {
    code: 'service-address',
    service: ref,
    role: balanced ? 'load-balancer' : 'cluster-ip',
    addresses,
    ...(several && { port: chosenPort(service, port) }),
  })
}
