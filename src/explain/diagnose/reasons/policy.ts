import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { balancedNodes } from '#forwarding/load-balancer.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isReady } from '#objects/conditions.ts'
import { keyOf } from '#objects/object-key.ts'
import { EXCLUDE_FROM_LOAD_BALANCERS_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, nodePortAt, portAt } from '../../cluster/lookup.ts'
import { silenceOf } from '../../cluster/node-condition.ts'
import { nodesToAsk, nodesWithEndpoint } from '../../cluster/nodes-to-ask.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Effect } from '../../trace/effect.ts'
import type { Finding } from '../../trace/finding.ts'
import type { ExcludedNode } from '../../trace/findings/policy.ts'
import type { Question } from '../../trace/question.ts'
import type { Decision } from '../../walk/decision.ts'
import type { Path } from '../../walk/path.ts'
import { askAddress, askClusterIp, look, or, patch, run } from '../cure.ts'
import { noEndpoints } from './endpoints.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** Why a node takes no traffic of the load balancer. */
function excluded(node: Node): readonly ExcludedNode[] {
  const name = node.metadata?.name ?? ''
  const label = EXCLUDE_FROM_LOAD_BALANCERS_LABEL
  if (node.metadata?.labels?.[label] !== undefined) return [{ node: name, label }]
  const silence = silenceOf(node)
  return silence === undefined ? [] : [{ node: name, silence }]
}

/** Policy Local, and the node that the packet came to has no endpoint. */
export function noLocalEndpoint(facts: ClusterFacts, question: Question, decision: Decision): Finding | undefined {
  const { service, claimed, nodes } = decision
  if (service === undefined || claimed === undefined) return undefined
  const { frontend, port } = claimed
  const internal = frontend.kind === 'cluster-ip'
  const policy = internal ? 'internalTrafficPolicy' : 'externalTrafficPolicy'
  const having = nodesWithEndpoint(facts, service, port.family)
  const cures: Cure[] = []
  if (frontend.kind === 'node-port')
    for (const { name, address } of nodesToAsk(facts, service, port.family).slice(0, 2))
      if (having.includes(name)) cures.push(askAddress(question, hasEndpoint(name), address, frontend.port))
  const effect: Effect = { code: 'policy-cluster', at: 'every-node', ...(!internal && { sees: 'node' }) }
  const cure = patch(effect, 'service', service, { spec: { [policy]: 'Cluster' } })
  cures.push(cures.length > 0 ? or(cure) : cure)
  const { eligible } = balancedNodes(facts.nodes)
  return {
    reason: 'no-local-endpoint',
    service: refOf('Service', service),
    policy,
    nodes,
    having,
    unbalanced: frontend.kind === 'load-balancer' && !having.some((name) => eligible.includes(name)),
    cures,
  }
}

const hasEndpoint = (node: string): Effect => ({ code: 'ask-node', node, because: 'has-endpoint' })

/** loadBalancerSourceRanges does not name the sender. */
export function sourceRange(
  facts: ClusterFacts,
  question: Question,
  decision: Decision,
  source: string,
): Finding | undefined {
  const { service, claimed } = decision
  if (service === undefined || claimed === undefined) return undefined
  const ranges = service.spec?.loadBalancerSourceRanges ?? []
  const own = `${source}/${source.includes(':') ? 128 : 32}`
  const allow = { spec: { loadBalancerSourceRanges: [...ranges, own] } }
  const { port, protocol } = claimed.frontend
  const cures: Cure[] = [
    patch({ code: 'allow-source', source }, 'service', service, allow),
    ...askClusterIp(facts, question, source, service, port, { code: 'ask-cluster-ip', because: 'no-guard' }).map(or),
  ]
  const nodePort = portAt(service, port, protocol)?.nodePort
  const [node] = nodesToAsk(facts, service, familyOfText(source))
  if (nodePort && node !== undefined)
    cures.push(or(askAddress(question, { code: 'ask-node-port', because: 'no-guard' }, node.address, nodePort)))
  const address = claimed.frontend.address ?? ''
  return { reason: 'source-range', service: refOf('Service', service), address, source, ranges, cures }
}

/**
 * A node that translates and keeps the sender's address, while neither the sender nor the endpoint is on it: the reply
 * takes the straight way, and reaches the sender untranslated.
 */
export function replyAstray(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  { service, claimed, nodes }: Decision,
): Finding | undefined {
  if (service === undefined || claimed === undefined) return undefined
  const { frontend, port } = claimed
  const at = frontend.kind === 'node-port' ? nodePortAt : portAt
  const servicePort = at(service, frontend.port, frontend.protocol)?.port
  const cures: Cure[] = [
    ...askClusterIp(facts, question, path.source, service, servicePort, {
      code: 'ask-cluster-ip',
      because: 'own-node',
    }),
  ]
  if (frontend.kind === 'node-port') {
    const having = nodesWithEndpoint(facts, service, port.family)
    for (const { name, address } of nodesToAsk(facts, service, port.family).slice(0, 1))
      if (having.includes(name) && !nodes.includes(name))
        cures.push(or(askAddress(question, hasEndpoint(name), address, frontend.port)))
  }
  const cluster = { spec: { externalTrafficPolicy: 'Cluster' } }
  cures.push(or(patch({ code: 'policy-cluster-masquerade' }, 'service', service, cluster)))
  return { reason: 'reply-astray', service: refOf('Service', service), nodes, cures }
}

/**
 * A load balancer address that leads to no node: policy Local and no endpoint anywhere, or no node that may be sent to.
 */
export function notBalanced(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  port: ServicePort,
  family: IpFamily,
): Finding {
  const { eligible } = balancedNodes(facts.nodes)
  const local = service.spec?.externalTrafficPolicy === 'Local'
  if (eligible.length > 0) {
    const finding = noEndpoints(facts, question, service, port, family)
    // Ready pods, and no way to them: under policy Local they are on the other nodes.
    if (finding.reason !== 'endpoints-late' || !local) return finding
  }
  // One that is Ready, and kept away by the label alone.
  const kept = facts.nodes.filter(
    (node) => node.metadata?.labels?.[EXCLUDE_FROM_LOAD_BALANCERS_LABEL] !== undefined && isReady(node),
  )
  return {
    reason: 'no-eligible-node',
    service: refOf('Service', service),
    eligible,
    excluded: facts.nodes.slice(0, 10).flatMap(excluded),
    cures:
      eligible.length > 0
        ? [
            patch({ code: 'policy-cluster', at: 'other-nodes' }, 'service', service, {
              spec: { externalTrafficPolicy: 'Cluster' },
            }),
          ]
        : [
            ...kept.slice(0, 1).map((node) => {
              const label = ['kubectl', 'label', 'node', keyOf(node), `${EXCLUDE_FROM_LOAD_BALANCERS_LABEL}-`]
              return run({ code: 'let-node-balance', node: keyOf(node) }, ...label)
            }),
            look({ code: 'show-node-labels' }, 'kubectl', 'get', 'nodes', '--show-labels'),
          ],
  }
}
