import type { Pod, Service } from '#api/core-v1.ts'
import { type Endpoint, endpointsOf } from '#forwarding/endpoint.ts'
import type { TrafficPolicy } from '#forwarding/frontend.ts'
import { categorizeEndpoints } from '#forwarding/topology.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts } from '../cluster/listening.ts'
import {
  backendPod,
  familyOfText,
  find,
  isLeaving,
  isTerminal,
  podAddresses,
  selectedPods,
  slicesOf,
} from '../cluster/lookup.ts'
import { nameOf } from '../cluster/names.ts'
import { isNodeReady } from '../cluster/node-condition.ts'
import { troubleOf } from '../cluster/pod-trouble.ts'
import type { Candidate } from '../explanation.ts'
import type { NodeView } from './node-view.ts'

export interface CandidateQuestion {
  readonly view: NodeView
  readonly service: Service
  readonly family: IpFamily
  readonly portName: string
  readonly protocol: Protocol
  readonly policy: TrafficPolicy
  /** `10.244.1.5 8080`, as the rules choose. */
  readonly chosen: ReadonlySet<string>
}

/**
 * Every endpoint, and every pod that is selected and is none, with the reason why it is in the chosen set or out of it.
 */
export function candidatesOf(facts: ClusterFacts, question: CandidateQuestion): readonly Candidate[] {
  const { view, service, family, portName, protocol, policy, chosen } = question
  const endpoints = endpointsOf(slicesOf(facts, service), family, portName, protocol)
  const categories = categorizeEndpoints(endpoints, view.node)
  const anyReady = (policy === 'Local' ? endpoints.filter((one) => one.nodeName === view.name) : endpoints).some(
    ({ ready }) => ready,
  )
  const why = (endpoint: Endpoint, isChosen: boolean): string => {
    const pod = backendPod(facts, endpoint.address, service)
    const { ready, serving, terminating, nodeName, forZones, forNodes } = endpoint
    const node = isChosen ? find(facts.nodes, nodeName ?? '') : undefined
    if (node !== undefined && !isNodeReady(node)) return `ready when ${nodeName} was last heard of: it is not Ready`
    if (isChosen) {
      if (!ready) return 'on its way out, but it still serves, and none is ready'
      if (policy === 'Local') return `ready, and on ${view.name} as the policy Local wants`
      if (categories.topology === 'node') return `ready, and meant for ${view.name} by its hint`
      if (categories.topology === 'zone') return `ready, and meant for zone ${view.node.zone} by its hint`
      return pod !== undefined && service.spec?.publishNotReadyAddresses && troubleOf(facts, pod) !== undefined
        ? 'counts as ready: the Service publishes addresses that are not'
        : 'ready'
    }
    if (policy === 'Local' && nodeName !== view.name) return `on ${nodeName ?? 'no node'}, and the policy is Local`
    if (!ready && terminating && !serving) return 'on its way out, and not ready any more'
    if (!ready && terminating && anyReady) return 'on its way out, and others are ready'
    if (!ready) return (pod && troubleOf(facts, pod)?.message) ?? 'not ready'
    if (categories.topology === 'node') return `meant for ${forNodes.join(', ')} by its hint`
    return categories.topology === 'zone' ? `meant for zone ${forZones.join(', ')} by its hint` : 'left out'
  }
  const found = endpoints.map((endpoint): Candidate => {
    const { address, port, nodeName } = endpoint
    const pod = backendPod(facts, address, service)
    const isChosen = chosen.has(`${address} ${port}`)
    return { address, port, pod: pod && nameOf(pod), node: nodeName, chosen: isChosen, why: why(endpoint, isChosen) }
  })
  const known = new Set(found.map(({ address }) => address))
  const others = selectedPods(facts, service).flatMap((pod): Candidate[] => {
    const address = podAddresses(pod).find((one) => familyOfText(one) === family)
    if (address !== undefined && known.has(address)) return []
    const reason = isTerminal(pod)
      ? `it has ended (${pod.status?.phase})`
      : address === undefined
        ? (troubleOf(facts, pod)?.message ?? `it has no ${family} address`)
        : isLeaving(pod)
          ? 'on its way out'
          : namesNoPort(service, question, pod)
            ? 'it has no port that the Service’s targetPort names'
            : 'no endpoint stands for it (yet)'
    return [
      { address, port: undefined, pod: nameOf(pod), node: pod.spec?.nodeName || undefined, chosen: false, why: reason },
    ]
  })
  return [...found, ...others]
}

/** Whether the Service's targetPort is a name that this pod does not declare. */
function namesNoPort({ spec }: Service, { portName, protocol }: CandidateQuestion, pod: Pod): boolean {
  const port = spec?.ports?.find((one) => (one.name ?? '') === portName && (one.protocol || 'TCP') === protocol)
  const { targetPort } = port ?? {}
  return (
    typeof targetPort === 'string' &&
    targetPort !== '' &&
    !declaredPorts(pod, protocol).some(({ name }) => name === targetPort)
  )
}
