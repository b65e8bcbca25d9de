import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { DestinationText } from '../ask/destination-text.ts'
import { refOf } from '../cluster/reference.ts'
import type { Step } from '../trace/walk/step.ts'
import { type Destination, malformedDestination, nowhere, toAddress } from './address-destination.ts'
import { resolveName } from './dns-name.ts'
import { addressesOfName } from './facts-zone.ts'
import { ofFamily, type Query } from './query.ts'
import { toService } from './service-destination.ts'

/** What a DNS name leads to, as the sender finds it. */
export function toName(
  query: Query,
  { name, port }: DestinationText & { readonly kind: 'name' },
  protocol: Protocol,
): Destination {
  const { facts, question, source } = query
  if (name === 'localhost')
    return {
      ...toAddress(facts, question, {
        kind: 'address',
        address: question.family === 'IPv6' ? '::1' : '127.0.0.1',
        port,
      }),
      steps: [{ code: 'localhost' }],
    }
  const answer = resolveName(facts, question, source, name)
  if (answer.kind === 'nothing') return nowhere(protocol, answer.deadEnd)
  const { fullName } = answer
  if (answer.kind === 'service') {
    const step: Step = { code: 'name-of-service', name, fullName, service: refOf('Service', answer.service) }
    return toNamedService(query, answer.service, port, [step])
  }
  const step: Step = { code: 'name-of-addresses', name, fullName, addresses: answer.addresses }
  return toOneOf(query, answer.addresses, port, [step])
}

/** Throws ExplainError where none is of the family asked for, or the port is not a number. */
function toOneOf(
  query: Query,
  addresses: readonly string[],
  port: string | undefined,
  steps: readonly Step[],
): Destination {
  const { facts, question } = query
  const { to } = question
  const address = ofFamily(addresses, query)
  if (port === undefined) throw malformedDestination({ why: 'name-without-port', to })
  if (address === undefined) throw malformedDestination({ why: 'name-without-address', to })
  if (!/^\d+$/.test(port)) throw malformedDestination({ why: 'named-port-of-name', to })
  return { ...toAddress(facts, question, { kind: 'address', address, port }), steps }
}

/** What a Service that was found by its name leads to. `portText`: as it was asked, a number or a name. */
export const toNamedService = (
  query: Query,
  service: Service,
  portText: string | undefined,
  steps: readonly Step[] = [],
): Destination =>
  service.spec?.type === 'ExternalName'
    ? toExternalName(query, service, portText, steps)
    : toService(query, service, portText, steps)

/** An ExternalName is another name, which the sender looks up in its turn. */
function toExternalName(query: Query, service: Service, port: string | undefined, steps: readonly Step[]): Destination {
  const { facts, question, source } = query
  const protocol = question.protocol ?? 'TCP'
  const target = (service.spec?.externalName ?? '').replace(/\.$/, '').toLowerCase()
  const step: Step = { code: 'external-name', service: refOf('Service', service), target }
  const answer = resolveName(facts, question, source, `${target}.`)
  // A chain of names that leads back to its start has no addresses.
  const isChain = answer.kind === 'service' && answer.service.spec?.type === 'ExternalName'
  if (answer.kind === 'service' && (!isChain || addressesOfName(facts, target).length > 0))
    return toNamedService(query, answer.service, port, [...steps, step])
  if (answer.kind === 'addresses') return toOneOf(query, answer.addresses, port, [...steps, step])
  return { ...nowhere(protocol, { kind: 'external-name', service, target }, [...steps, step]), service }
}
