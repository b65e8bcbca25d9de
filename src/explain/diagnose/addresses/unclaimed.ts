import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import {
  clusterIpsOf,
  familyOfText,
  inCidrs,
  ingressOf,
  nodeAt,
  nodeOfPodAddress,
  portAt,
} from '../../cluster/lookup.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Path } from '../../walk/path.ts'
import { askAddress, ifMeant, look, patch } from '../cure.ts'
import { notProxied } from '../reasons/endpoints.ts'
import { portNotServed } from '../reasons/frontend.ts'
import { notBalanced } from '../reasons/policy.ts'
import { nodePortUnknown, notANode, notRouted, unassigned } from './address.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** An address and port that no Service has where the packet passes. */
export function unclaimed(
  facts: ClusterFacts,
  question: Question,
  target: Target,
  { protocol, decisions, source }: Path,
  asked: Service | undefined,
): Finding {
  const { address, port } = target
  const owners = facts.services.filter((one) =>
    [...clusterIpsOf(one), ...ingressOf(one), ...(one.spec?.externalIPs ?? [])].includes(address),
  )
  // An address may be that of several Services, by its ports.
  const owner =
    asked ??
    owners.find((one) => portAt(one, port, protocol) !== undefined) ??
    owners.find((one) => one.spec?.ports?.some((own) => own.port === port)) ??
    owners[0]
  const other = owner && notProxied(owner)
  if (other !== undefined) return other
  if (facts.network.foreign && owner !== undefined && decisions.length === 0 && clusterIpsOf(owner).includes(address))
    return fromOutside(facts, question, owner, target, protocol)
  const elsewhere = notANode(facts, question, target, protocol)
  if (elsewhere !== undefined && owner === undefined) return elsewhere
  if (owner !== undefined) {
    const served = portAt(owner, port, protocol)
    if (served !== undefined && decisions.length === 0 && ingressOf(owner).includes(address))
      return notBalanced(facts, question, owner, served, familyOfText(address))
    if (served === undefined) return portNotServed(facts, question, owner, { address, port, protocol })
  }
  if (nodeAt(facts, address) !== undefined) return nodePortUnknown(facts, question, target, protocol)
  return (
    unassigned(facts, question, target) ??
    notRouted(facts, question, target, source) ??
    nobody(facts, question, target, protocol)
  )
}

/** A ClusterIP that is asked from outside of a cluster. */
function fromOutside(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  { address, port }: Target,
  protocol: Protocol,
): Finding {
  const one = portAt(service, port, protocol)
  const [node] = nodesToAsk(facts, service, familyOfText(address))
  const [ip] = ingressOf(service).filter((own) => familyOfText(own) === familyOfText(address))
  const cures: Cure[] = []
  if (ip !== undefined) cures.push(askAddress(question, { code: 'ask-load-balancer' }, ip, port))
  if (one?.nodePort && node !== undefined)
    cures.push(askAddress(question, { code: 'ask-node-port' }, node.address, one.nodePort))
  if (cures.length === 0)
    cures.push(patch({ code: 'give-node-port' }, 'service', service, { spec: { type: 'NodePort' } }))
  return {
    reason: 'cluster-ip-outside',
    address,
    service: refOf('Service', service),
    from: question.from,
    cures,
  }
}

/** An address that is neither a Service’s nor anything of the cluster’s that lives. */
function nobody(facts: ClusterFacts, question: Question, { address, port }: Target, protocol: Protocol): Finding {
  const { podCidrs, loadBalancerCidrs, hostAddresses, egress } = facts.network
  const home = nodeOfPodAddress(facts, address)
  const byPort = (wanted: (one: ServicePort) => boolean) =>
    facts.services
      .flatMap((service) => (service.spec?.ports ?? []).filter(wanted).map((one) => ({ service, one })))
      .slice(0, 3)
      .map(({ service, one }) => ifMeant(question, service, one.port))
  if (home !== undefined || inCidrs(podCidrs, address)) {
    const targets = byPort((one) => (one.targetPort || one.port) === port || one.port === port)
    const addresses = ['kubectl', 'get', 'pods', '-A', '-o', 'wide']
    return {
      reason: 'nobody-there',
      address,
      range: 'pods',
      ...(home && { node: keyOf(home) }),
      cures: [...targets, look({ code: 'show-pod-addresses' }, ...addresses)],
    }
  }
  if (inCidrs(loadBalancerCidrs, address))
    return {
      reason: 'nobody-there',
      address,
      range: 'load-balancer',
      known: facts.services
        .filter((one) => ingressOf(one).length > 0)
        .slice(0, 10)
        .map((one) => ({ service: refOf('Service', one), addresses: ingressOf(one) })),
      cures: [
        ...byPort((one) => one.port === port),
        look({ code: 'show-services' }, 'kubectl', 'get', 'services', '-A'),
      ],
    }
  if (hostAddresses.includes(address))
    return { reason: 'nobody-there', address, range: 'host', port, protocol, cures: [] }
  const letOut = egress || question.from === 'host'
  return { reason: 'nobody-there', address, range: 'outside', letOut, cures: [] }
}
