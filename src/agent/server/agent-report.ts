import type { Node } from '#api/core/node/message.ts'
import type { Kubelet } from '#kubelet/kubelet.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { podAddresses } from '#objects/pod.ts'
import type { NodeAgent } from '../node-agent.ts'
import { pods } from '../parts/pods/pods-part.ts'
import { services } from '../parts/services/services-part.ts'
import type { NodeReport } from './agent-api.ts'
import { dataplaneReport } from './dataplane-report.ts'

/** A node that has no agent at present. */
export type NodeOff = Pick<NodeReport, 'name' | 'addresses' | 'podCidrs' | 'state'>

/** What there is to tell of one. */
export const reportOff = ({ name, addresses, podCidrs, state }: NodeOff): NodeReport => ({
  name,
  addresses,
  podCidrs,
  ready: false,
  ...(state !== undefined && { state }),
  parts: [],
  pods: [],
  dataplane: { services: 0, pending: 0, appliedAt: undefined, failed: [] },
})

/** Why a Node is not Ready, by its own word; undefined where it is. */
const whyUnready = (node: Node | undefined): string | undefined => {
  if (node === undefined)
    return 'the API has no Node of that name: somebody has deleted it; it registers again when its agent starts'
  if (isReady(node)) return undefined
  const { status = 'Unknown', reason, message } = findCondition(node.status?.conditions, 'Ready') ?? {}
  return `its Node is not Ready (${status}${reason ? `, ${reason}` : ''})${message ? `: ${message}` : ''}`
}

/** What a node's agent tells of it. `known`: the Node as the API has it; `serviceCount`: Services of the cluster. */
export const nodeReport = (
  { node: { name, addresses, podCidrs }, parts }: NodeAgent,
  known: Node | undefined,
  serviceCount: number,
): NodeReport => {
  const states = parts.states()
  const why = whyUnready(known)
  return {
    name,
    addresses,
    podCidrs,
    // A Node that somebody deleted is not: its pods are nobody's any more.
    ready: known !== undefined && isReady(known) && states.every(({ ready, faults }) => ready && faults.length === 0),
    ...(why !== undefined && { why }),
    parts: states,
    pods: podReports(parts.find(pods)?.kubelet),
    dataplane: { services: serviceCount, ...dataplaneReport(parts.find(services)?.proxy) },
  }
}

const podReports = (kubelet: Kubelet | undefined): NodeReport['pods'] =>
  (kubelet?.pods() ?? []).map((pod) => ({
    namespace: pod.metadata?.namespace ?? '',
    name: pod.metadata?.name ?? '',
    phase: pod.status?.phase ?? 'Pending',
    addresses: podAddresses(pod),
  }))
