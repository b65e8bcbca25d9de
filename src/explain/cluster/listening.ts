import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { runningContainers } from '#objects/pod.ts'
import type { DeclaredPort, Listens } from '../trace/walk/arrival.ts'
import type { ClusterFacts, ListeningSocket } from './facts.ts'
import { addressText, isLoopback, slicesOf } from './lookup.ts'

/**
 * Whether anything takes what is sent to this address and port; sockets of SCTP are not listed by the kernel, so they
 * are not known.
 */
export function listens(
  sockets: readonly ListeningSocket[] | undefined,
  protocol: Protocol,
  address: string,
  port: number,
): Listens {
  if (sockets === undefined || protocol === 'SCTP') return 'unknown'
  const there = sockets.filter((socket) => socket.port === port && socket.protocol === protocol)
  const wildcard = address.includes(':') ? ['::'] : ['0.0.0.0', '::']
  if (there.some((socket) => socket.address === address || wildcard.includes(socket.address))) return 'yes'
  return there.some((socket) => isLoopback(socket.address)) ? 'loopback-only' : 'no'
}

export const socketsOf = (facts: ClusterFacts, pod: Pod): readonly ListeningSocket[] | undefined =>
  facts.listening[`pod/${pod.metadata?.uid}`]

/** Ports that a pod takes connections at from outside of itself, ascending. Undefined: not known. */
export function openPorts(facts: ClusterFacts, pod: Pod, protocol: Protocol): readonly number[] | undefined {
  const sockets = protocol === 'SCTP' ? undefined : socketsOf(facts, pod)
  if (sockets === undefined) return undefined
  const open = sockets.filter((socket) => socket.protocol === protocol && !isLoopback(socket.address))
  return [...new Set(open.map(({ port }) => port))].sort((left, right) => left - right)
}

/**
 * Ports that the containers of a pod declare, sidecars included. A declaration opens nothing: it is a name for others.
 */
export const declaredPorts = (pod: Pod, protocol: Protocol): readonly DeclaredPort[] =>
  runningContainers(pod).flatMap(({ name, ports }) =>
    (ports ?? [])
      .filter((port) => (port.protocol || 'TCP') === protocol)
      .map((port) => ({ container: name, ...(port.name && { name: port.name }), port: port.containerPort })),
  )

/** The ports at which EndpointSlices of a Service say that an address is to be asked. */
export const portsTold = (
  facts: ClusterFacts,
  service: Service,
  address: string,
  protocol: Protocol,
): readonly number[] => [
  ...new Set(
    slicesOf(facts, service)
      .filter(({ endpoints }) =>
        endpoints?.some(({ addresses }) => addresses?.some((one) => addressText(one) === address)),
      )
      .flatMap(({ ports }) => ports ?? [])
      .flatMap((one) => (one.port && (one.protocol || 'TCP') === protocol ? one.port : [])),
  ),
]

/** Of ports that are open the one whose number is nearest. */
export const closestPort = (wanted: number | undefined, open: readonly number[]): number =>
  [...open].sort((a, b) => Math.abs(a - (wanted ?? 0)) - Math.abs(b - (wanted ?? 0)))[0] as number
