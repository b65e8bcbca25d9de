import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { balancedNodes } from '#forwarding/load-balancer.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isReady } from '#objects/conditions.ts'
import { keyOf } from '#objects/object-key.ts'
import { EXCLUDE_FROM_LOAD_BALANCERS_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText } from '../../cluster/lookup.ts'
import { silenceOf } from '../../cluster/node-condition.ts'
import { nodesToAsk, nodesWithEndpoint } from '../../cluster/nodes-to-ask.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Decision } from '../../walk/decision.ts'
import type { Path } from '../../walk/path.ts'
import { listed } from '../../words/text.ts'
import { silenceText } from '../../words/trouble.ts'
import { askAddress, askClusterIp, look, patch, run } from '../cure.ts'
import { noEndpoints } from './endpoints.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** Why a node takes no traffic of the load balancer. */
function excludedText(node: Node): readonly string[] {
  if (node.metadata?.labels?.[EXCLUDE_FROM_LOAD_BALANCERS_LABEL] !== undefined)
    return [`${keyOf(node)} has the label ${EXCLUDE_FROM_LOAD_BALANCERS_LABEL}`]
  if (isReady(node)) return []
  return [`${keyOf(node)} is ${silenceText(silenceOf(node)!)}`]
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
  if (frontend.kind === 'node-port') {
    for (const { name, address } of nodesToAsk(facts, service, port.family).slice(0, 2))
      if (having.includes(name))
        cures.push(askAddress(question, `ask a node that has one: ${name}`, address, frontend.port))
  }
  cures.push(
    patch(
      `${cures.length > 0 ? 'or ' : ''}let every node send to all endpoints${internal ? '' : ' (the pods then see the node’s address, not the client’s)'}`,
      'service',
      service,
      { spec: { [policy]: 'Cluster' } },
    ),
  )
  const { eligible } = balancedNodes(facts.nodes)
  return {
    reason: 'no-local-endpoint',
    message: `${keyOf(service)} has ${policy} Local, and ${listed(nodes, 'or')} has no endpoint of it: dropped`,
    details: [
      `nodes that have one: ${listed(having)}`,
      ...(frontend.kind === 'load-balancer' && !having.some((name) => eligible.includes(name))
        ? ['none of those takes traffic of the load balancer']
        : []),
    ],
    cures,
  }
}

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
  const cures: Cure[] = [
    patch(`allow ${source} too`, 'service', service, { spec: { loadBalancerSourceRanges: [...ranges, own] } }),
  ]
  const { port } = claimed.frontend
  cures.push(...askClusterIp(facts, question, source, service, port, 'or ask the ClusterIP, which has no guard'))
  const nodePort = service.spec?.ports?.find((one) => one.port === port)?.nodePort
  const [node] = nodesToAsk(facts, service, familyOfText(source))
  if (nodePort && node !== undefined)
    cures.push(askAddress(question, 'or ask its node port, which has no guard', node.address, nodePort))
  return {
    reason: 'source-range',
    message: `${keyOf(service)} takes traffic at ${claimed.frontend.address} from ${listed(ranges)} only, and ${source} is not in there: dropped`,
    details: [
      'loadBalancerSourceRanges guards the load balancer’s addresses; node ports and the ClusterIP have no guard',
    ],
    cures,
  }
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
  const servicePort = service.spec?.ports?.find(
    (one) => one.nodePort === frontend.port || one.port === frontend.port,
  )?.port
  const cures: Cure[] = [
    ...askClusterIp(
      facts,
      question,
      path.source,
      service,
      servicePort,
      'ask its ClusterIP, which the own node translates',
    ),
  ]
  if (frontend.kind === 'node-port') {
    const having = nodesWithEndpoint(facts, service, port.family)
    for (const { name, address } of nodesToAsk(facts, service, port.family).slice(0, 1))
      if (having.includes(name) && !nodes.includes(name))
        cures.push(askAddress(question, `or ask a node that has an endpoint: ${name}`, address, frontend.port))
  }
  cures.push(
    patch('or let every node put its own address in place of the sender’s', 'service', service, {
      spec: { externalTrafficPolicy: 'Cluster' },
    }),
  )
  return {
    reason: 'reply-astray',
    message: `${listed(nodes, 'or')} translates for ${keyOf(service)} and keeps the sender’s address (externalTrafficPolicy Local), and has neither the sender nor the endpoint: the reply passes it by, and the sender never knows it for one`,
    details: ['the packet arrives and is answered; the connection times out'],
    cures,
  }
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
  if (eligible.length > 0) {
    const finding = noEndpoints(facts, question, service, port, family)
    if (finding.reason !== 'endpoints-late') return finding
  }
  const local = service.spec?.externalTrafficPolicy === 'Local'
  // One that is Ready, and kept away by the label alone.
  const excluded = facts.nodes.filter(
    (node) => node.metadata?.labels?.[EXCLUDE_FROM_LOAD_BALANCERS_LABEL] !== undefined && isReady(node),
  )
  return {
    reason: 'no-eligible-node',
    message:
      eligible.length === 0
        ? `no node takes traffic of the load balancer for ${keyOf(service)}: none is Ready, or all are excluded by label`
        : `the nodes that have an endpoint of ${keyOf(service)} take no traffic of the load balancer, and its policy is Local`,
    details: [`nodes that take traffic: ${listed(eligible)}`, ...facts.nodes.slice(0, 10).flatMap(excludedText)],
    cures:
      local && eligible.length > 0
        ? [
            patch('let the others send to all endpoints', 'service', service, {
              spec: { externalTrafficPolicy: 'Cluster' },
            }),
          ]
        : [
            ...excluded
              .slice(0, 1)
              .map((node) =>
                run(
                  `let ${keyOf(node)} take traffic of the load balancer again`,
                  ...['kubectl', 'label', 'node', keyOf(node), `${EXCLUDE_FROM_LOAD_BALANCERS_LABEL}-`],
                ),
              ),
            look('the nodes', 'kubectl', 'get', 'nodes', '--show-labels'),
          ],
  }
}
