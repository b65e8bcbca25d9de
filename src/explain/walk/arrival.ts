import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts, listens, portsTold, socketsOf } from '../cluster/listening.ts'
import { backendPod, familyOfText, find, inCidrs, nodeAddresses, nodeAt, nodeOfPodAddress } from '../cluster/lookup.ts'
import { refOf } from '../cluster/reference.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { Arrival, ArrivalEnd, Home } from '../trace/walk/arrival.ts'
import type { OutcomeVerdict, PathOutcome } from '../trace/walk/outcome.ts'

/** An arrival, and what it comes to. */
interface Arrived {
  readonly arrival: Arrival
  readonly verdict: OutcomeVerdict
  readonly pod?: ObjectRef
  readonly doubt: Pick<PathOutcome, 'listensUnknown' | 'undeclared'>
}

const KNOWN: Arrived['doubt'] = {}
const DECLARED: Arrived['doubt'] = { listensUnknown: true }
const UNDECLARED: Arrived['doubt'] = { listensUnknown: true, undeclared: true }

export const nodeAddress = (facts: ClusterFacts, name: string, family: string): string | undefined => {
  const node = find(facts.nodes, name)
  return node && nodeAddresses(node).find((address) => familyOfText(address) === family)
}

/**
 * The last part of the way, from the nodes that send there. `service`: which translated to it; `asked`: which was asked
 * by name where none did.
 */
export function arrive(
  facts: ClusterFacts,
  nodes: readonly string[],
  target: Target,
  protocol: Protocol,
  { service, asked }: { readonly service?: Service | undefined; readonly asked?: Service | undefined },
): Arrived {
  const { address, port } = target
  const pod = backendPod(facts, address, service)
  const node = nodeAt(facts, address)?.metadata?.name
  const homeName = pod?.spec?.nodeName || node || nodeOfPodAddress(facts, address)?.metadata?.name
  const home = homeName === undefined ? {} : { home: homeFrom(facts, nodes, homeName, familyOfText(address)) }
  const arrived = (verdict: OutcomeVerdict, end: ArrivalEnd, doubt = KNOWN): Arrived => ({
    arrival: { address, port, protocol, ...home, end },
    verdict,
    ...('pod' in end && { pod: end.pod }),
    doubt,
  })
  if (pod !== undefined) {
    const ports = declaredPorts(pod, protocol)
    const declared = ports.find((one) => one.port === port)
    const about = { pod: refOf('Pod', pod), ...(declared ? { declared, others: [] } : { others: ports }) }
    const open = listens(socketsOf(facts, pod), protocol, address, port)
    const end: ArrivalEnd = { code: 'pod', ...about, listens: open }
    if (open !== 'unknown') return arrived(open === 'yes' ? 'deliver' : 'closed', end)
    if (service !== undefined || declared !== undefined) return arrived('deliver', end, DECLARED)
    const told = asked === undefined || !isHeadless(asked) ? [] : portsTold(facts, asked, address, protocol)
    if (told.length === 0) return arrived('deliver', end, UNDECLARED)
    return told.includes(port)
      ? arrived('deliver', end, DECLARED)
      : arrived('closed', { code: 'pod-told-otherwise', ...about, told })
  }
  const { podCidrs, hostAddresses, egress } = facts.network
  const onHost = hostAddresses.includes(address)
  const unsure = service === undefined ? UNDECLARED : DECLARED
  if (node !== undefined || onHost) {
    const open = listens(facts.listening[onHost ? 'host' : `node/${node}`], protocol, address, port)
    const end: ArrivalEnd = { code: 'program', onHost, listens: open }
    if (open !== 'unknown') return arrived(open === 'yes' ? 'deliver' : 'closed', end)
    const checked = facts.services.find(({ spec }) => spec?.healthCheckNodePort === port)
    if (checked !== undefined)
      return arrived('deliver', { code: 'health-check', onHost, service: refOf('Service', checked) })
    if (!onHost && isNodePort(facts, port)) return arrived('closed', { code: 'node-port-of-nobody', onHost })
    return arrived('deliver', end, unsure)
  }
  if (inCidrs(podCidrs, address)) return arrived('unreachable', { code: 'no-pod' })
  return egress
    ? arrived('deliver', { code: 'leaves', by: leavesBy(facts) }, unsure)
    : arrived('unreachable', { code: 'leaves', by: 'nothing' })
}

/** By what a packet for an address outside leaves the cluster. */
export const leavesBy = ({ network: { egress, foreign } }: ClusterFacts): 'host' | 'routes' | 'nothing' =>
  !egress ? 'nothing' : foreign ? 'routes' : 'host'

const isNodePort = ({ network: { nodePortRange } }: ClusterFacts, port: number): boolean =>
  port >= nodePortRange.from && port <= nodePortRange.to

function homeFrom(facts: ClusterFacts, nodes: readonly string[], node: string, family: string): Home {
  const here = nodes.includes(node)
  if (here && nodes.length === 1) return { node, from: 'here' }
  const via = nodeAddress(facts, node, family)
  return { node, from: here ? 'either' : 'elsewhere', ...(via !== undefined && { via }) }
}
