import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { type Endpoint, endpointsOf } from '#forwarding/endpoint.ts'
import type { TrafficPolicy } from '#forwarding/frontend.ts'
import { categorizeEndpoints } from '#forwarding/topology.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts } from '../cluster/listening.ts'
import { backendPod, familyOfText, find, podAddresses, selectedPods, slicesOf } from '../cluster/lookup.ts'
import { troubleOf } from '../cluster/pod-trouble.ts'
import { refOf } from '../cluster/reference.ts'
import type { Trouble } from '../trace/trouble.ts'
import type { Candidate, CandidateReason } from '../trace/walk/candidate.ts'
import type { NodeView } from './node-view.ts'

interface CandidateQuestion {
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
  const why = (endpoint: Endpoint, pod: Pod | undefined, isChosen: boolean): CandidateReason => {
    const { ready, serving, terminating, nodeName, forZones, forNodes } = endpoint
    const { topology } = categories
    if (isChosen) {
      const node = find(facts.nodes, nodeName ?? '')
      if (node !== undefined && nodeName && !isReady(node)) return { code: 'ready-when-last-heard', node: nodeName }
      if (!ready) return { code: 'still-serving' }
      if (policy === 'Local') return { code: 'local', node: view.name }
      if (topology === 'node') return { code: 'hinted-to-node', node: view.name }
      if (topology === 'zone') return { code: 'hinted-to-zone', zone: view.node.zone ?? '' }
      return pod !== undefined && service.spec?.publishNotReadyAddresses && troubleOf(facts, pod) !== undefined
        ? { code: 'published-not-ready' }
        : { code: 'ready' }
    }
    if (policy === 'Local' && nodeName !== view.name) return { code: 'not-local', ...(nodeName && { node: nodeName }) }
    if (!ready && terminating && !serving) return { code: 'serves-no-more' }
    if (!ready && terminating && anyReady) return { code: 'others-are-ready' }
    if (!ready) return { code: 'not-ready', ...troubled(facts, pod) }
    if (topology === 'node') return { code: 'hinted-to-other-nodes', nodes: forNodes }
    return topology === 'zone' ? { code: 'hinted-to-other-zones', zones: forZones } : { code: 'left-out' }
  }
  const found = endpoints.map((endpoint): Candidate => {
    const { address, port, nodeName } = endpoint
    const pod = backendPod(facts, address, service)
    const isChosen = chosen.has(`${address} ${port}`)
    return {
      address,
      port,
      ...(pod && { pod: refOf('Pod', pod) }),
      ...(nodeName && { node: nodeName }),
      chosen: isChosen,
      why: why(endpoint, pod, isChosen),
    }
  })
  const known = new Set(found.map(({ address }) => address))
  const others = selectedPods(facts, service).flatMap((pod): Candidate[] => {
    const address = podAddresses(pod).find((one) => familyOfText(one) === family)
    if (address !== undefined && known.has(address)) return []
    const node = pod.spec?.nodeName
    return [
      {
        ...(address && { address }),
        pod: refOf('Pod', pod),
        ...(node && { node }),
        chosen: false,
        why: noEndpoint(facts, question, pod, address),
      },
    ]
  })
  return [...found, ...others]
}

const troubled = (facts: ClusterFacts, pod: Pod | undefined): { readonly trouble?: Trouble } => {
  const trouble = pod && troubleOf(facts, pod)
  return trouble === undefined ? {} : { trouble }
}

/** Why a pod that is selected has no endpoint. */
function noEndpoint(
  facts: ClusterFacts,
  question: CandidateQuestion,
  pod: Pod,
  address: string | undefined,
): CandidateReason {
  if (isTerminal(pod)) return { code: 'ended', phase: pod.status?.phase ?? '' }
  if (address === undefined) return { code: 'no-address', family: question.family, ...troubled(facts, pod) }
  if (isLeaving(pod)) return { code: 'leaving' }
  return { code: namesNoPort(question, pod) ? 'target-port-not-declared' : 'no-endpoint' }
}

/** Whether the Service's targetPort is a name that this pod does not declare. */
function namesNoPort({ service, portName, protocol }: CandidateQuestion, pod: Pod): boolean {
  const port = service.spec?.ports?.find((one) => (one.name ?? '') === portName && (one.protocol || 'TCP') === protocol)
  const { targetPort } = port ?? {}
  return (
    typeof targetPort === 'string' &&
    targetPort !== '' &&
    !declaredPorts(pod, protocol).some(({ name }) => name === targetPort)
  )
}
