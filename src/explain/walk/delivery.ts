import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Outcome } from '#dataplane/nftables/evaluate.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts, type Listens, listens, portsTold, socketsOf } from '../cluster/listening.ts'
import {
  backendPod,
  familyOfText,
  find,
  homeOf,
  inCidrs,
  isHeadless,
  nodeAddresses,
  nodeAt,
  nodeOfPodAddress,
} from '../cluster/lookup.ts'
import { nameOf, socketText } from '../cluster/names.ts'
import type { PathOutcome, Step } from '../explanation.ts'
import type { Target } from '../resolve/address-destination.ts'
import { listed } from '../words/text.ts'
import { balancedEntry } from './entry.ts'
import type { NodeView } from './node-view.ts'

interface Deciding {
  readonly service: Service | undefined
  readonly nodes: readonly string[]
  readonly source: string
  readonly protocol: Protocol
  /** `10.96.0.1:80/TCP` */
  readonly asked: string
}

/** From the translation to the pods, for each backend that the rules may choose. Adds its steps to `steps`. */
export function deliver(
  facts: ClusterFacts,
  { service, nodes, source, protocol, asked }: Deciding,
  found: readonly Outcome[],
  steps: Step[],
): PathOutcome[] {
  const at = listed(nodes, 'or')
  const verdicts = new Map<string, { readonly target: Target; readonly masquerade: boolean }>()
  for (const { verdict } of found)
    if (verdict.kind === 'dnat') {
      const { to, masquerade } = verdict
      verdicts.set(`${to.address} ${to.port} ${masquerade}`, { target: to, masquerade })
    }
  const all = [...verdicts.values()]
  // What a node hands to a program of its own does not leave it: postrouting, where sources are changed, is not met. What
  // it sends itself meets it all the same.
  const stays = (node: string, { address }: Target): boolean =>
    nodeAddress(facts, node, familyOfText(source)) !== source &&
    nodeAddress(facts, node, familyOfText(address)) === address
  const targets = all.map(({ target }) => socketText(target.address, target.port))
  steps.push({ at: `${at}, translation`, text: `${asked} becomes ${listed(targets, 'or')}` })
  const own = nodes.map((name) => nodeAddress(facts, name, familyOfText(source)))
  const handed = nodes.filter((node) => all.some(({ target }) => stays(node, target)))
  const leaving = all.filter(({ target }) => nodes.some((node) => !stays(node, target)))
  steps.push(
    ...(own.every((address) => address === source)
      ? [{ at: `${at}, postrouting`, text: `the source stays ${source}, the node’s own` }]
      : leaving.length > 0
        ? masqueradeSteps(at, source, leaving)
        : []),
    ...(handed.length > 0
      ? [
          {
            at: `${listed(handed, 'or')}, input`,
            text: `what the node delivers to itself does not meet postrouting: the source stays ${source}`,
          },
        ]
      : []),
  )
  const arrivals = all.map(({ target }) => arrive(facts, nodes, target, protocol, { service }))
  steps.push({
    at: `${at}, route`,
    text: `to ${all.length === 1 ? 'the backend' : 'the backends'}`,
    details: arrivals.map(({ text }) => text),
  })
  const outcomes = all.flatMap(({ target, masquerade: wanted }, which): PathOutcome[] => {
    const { verdict, unknown, undeclared, pod } = arrivals[which] as Arrival
    return nodes.map((node, index) => {
      const masquerade = wanted && !stays(node, target)
      return {
        node,
        verdict: verdict === 'deliver' && !masquerade && !repliesPass(facts, node, source, target) ? 'astray' : verdict,
        ...(unknown && { listensUnknown: true }),
        ...(undeclared && { undeclared }),
        backend: { ...target, pod },
        translated: true,
        masqueraded: masquerade,
        sourceSeen: masquerade ? own[index] : source,
      }
    })
  })
  const astray = [
    ...new Set(outcomes.flatMap(({ verdict, backend }) => (verdict === 'astray' && backend ? [backend] : []))),
  ]
  if (astray.length > 0)
    steps.push({
      at: 'the reply',
      text: `${listed([...new Set(astray.map(({ address }) => address))].slice(0, 5))} answers ${source} directly, past ${at}, which alone could turn the reply back: the sender takes it for a stranger’s, and waits`,
    })
  return outcomes
}

/**
 * Whether the reply of a backend that sees the sender's own address passes the node that translated the packet: only
 * there its source becomes again what the sender asked.
 */
const repliesPass = (facts: ClusterFacts, node: string, source: string, { address }: Target): boolean =>
  homeOf(facts, source) === node || homeOf(facts, address) === node

function masqueradeSteps(
  at: string,
  source: string,
  all: readonly { readonly target: Target; readonly masquerade: boolean }[],
): readonly Step[] {
  const self = all.filter(({ target, masquerade }) => masquerade && target.address === source)
  const place = `${at}, postrouting`
  if (all.every(({ masquerade }) => !masquerade)) return [{ at: place, text: `the source stays ${source}` }]
  if (all.every(({ masquerade }) => masquerade) && self.length !== all.length)
    return [
      {
        at: place,
        text: `masquerade: the backend sees the node’s address instead of ${source}, and answers by way of it`,
      },
    ]
  const text = `masquerade where the sender meets itself: ${source} sees the node’s address, or it would answer itself directly`
  return self.length === all.length
    ? [{ at: place, text }]
    : [{ at: place, text: `the source stays ${source}; ${text}` }]
}

const nodeAddress = (facts: ClusterFacts, name: string, family: string): string | undefined => {
  const node = find(facts.nodes, name)
  return node && nodeAddresses(node).find((address) => familyOfText(address) === family)
}

interface Arrival {
  readonly verdict: PathOutcome['verdict']
  readonly unknown?: boolean
  readonly undeclared?: boolean
  readonly pod: string | undefined
  readonly text: string
}

/** The last part of the way: to the pod’s node, into the pod, to its port. */
function arrive(
  facts: ClusterFacts,
  nodes: readonly string[],
  target: Target,
  protocol: Protocol,
  { service, asked }: { readonly service?: Service | undefined; readonly asked?: Service | undefined },
): Arrival {
  const { address, port } = target
  const pod = backendPod(facts, address, service)
  const node = nodeAt(facts, address)?.metadata?.name
  const home = pod?.spec?.nodeName || node || nodeOfPodAddress(facts, address)?.metadata?.name
  const way = home === undefined ? address : `${address} is ${wayTo(facts, nodes, home, familyOfText(address))}`
  if (pod !== undefined) {
    const open = listens(socketsOf(facts, pod), protocol, address, port)
    const closed = open === 'no' || open === 'loopback-only'
    const who = whoDeclares(pod, port, protocol)
    const text = `${way}; pod ${nameOf(pod)} ${listensText(open, port, protocol, who)}`
    if (open !== 'unknown') return { verdict: closed ? 'closed' : 'deliver', pod: nameOf(pod), text }
    const declared = service !== undefined || declaredPorts(pod, protocol).some((one) => one.port === port)
    const told = declared || asked === undefined || !isHeadless(asked) ? [] : portsTold(facts, asked, address, protocol)
    if (told.length > 0 && !told.includes(port)) {
      const text = `${way}; nothing translates ${port}/${protocol} for a headless Service, and pod ${nameOf(pod)} is told to listen on ${listed(told.map(String))} (${who})`
      return { verdict: 'closed', pod: nameOf(pod), text }
    }
    return { verdict: 'deliver', unknown: true, undeclared: !declared && told.length === 0, pod: nameOf(pod), text }
  }
  const { podCidrs, hostAddresses, egress } = facts.network
  const none = (verdict: PathOutcome['verdict'], text: string): Arrival => ({ verdict, pod: undefined, text })
  const onHost = hostAddresses.includes(address)
  if (node !== undefined || onHost) {
    const open = listens(facts.listening[onHost ? 'host' : `node/${node}`], protocol, address, port)
    const there = onHost ? `${address} is the host, over the fabric` : way
    const checked = facts.services.find(({ spec }) => spec?.healthCheckNodePort === port)
    if (open === 'unknown' && checked !== undefined)
      return none('deliver', `${there}; the node’s proxy answers: the health check port of ${nameOf(checked)}`)
    if (open === 'unknown' && !onHost && isNodePort(facts, port))
      return none(
        'closed',
        `${there}; no Service has the node port ${port}/${protocol}, and other programs keep out of that range`,
      )
    if (open === 'unknown')
      return {
        ...none('deliver', `${there}; whether ${port}/${protocol} is open there is not known`),
        unknown: true,
        undeclared: service === undefined,
      }
    if (open === 'yes')
      return none('deliver', `${there}; a program of its own listens on ${port}/${protocol}: delivered`)
    return none('closed', `${there}; nothing listens on ${port}/${protocol} there: refused`)
  }
  if (inCidrs(podCidrs, address)) return none('unreachable', `${way}; no pod has that address: unreachable`)
  return egress
    ? { ...none('deliver', outsideText(facts, address)), unknown: true, undeclared: service === undefined }
    : none('unreachable', `${address} lies outside of the cluster, and nothing is let out: unreachable`)
}

const isNodePort = ({ network: { nodePortRange } }: ClusterFacts, port: number): boolean =>
  port >= nodePortRange.from && port <= nodePortRange.to

const outsideText = ({ network }: ClusterFacts, address: string): string =>
  network.foreign
    ? `${address} is no pod and no node: it goes the way that the node’s own routes lead`
    : `${address} lies outside of the cluster: it leaves by way of the host`

function wayTo(facts: ClusterFacts, nodes: readonly string[], home: string, family: string): string {
  const here = nodes.includes(home)
  if (here && nodes.length === 1) return 'on this node'
  return `on ${home}, by way of ${nodeAddress(facts, home, family) ?? 'its address'}${here ? ', or on this node already' : ''}`
}

function whoDeclares(pod: Pod, port: number, protocol: Protocol): string {
  const declared = declaredPorts(pod, protocol).find((one) => one.port === port)
  if (declared === undefined) {
    const others = declaredPorts(pod, protocol).map((one) => `${one.port}${one.name ? ` (${one.name})` : ''}`)
    return `declared by no container${others.length > 0 ? `, which declare ${listed(others)}` : ''}`
  }
  return `container ${declared.container}${declared.name ? `, port ${declared.name}` : ''}`
}

function listensText(open: Listens, port: number, protocol: Protocol, who: string): string {
  switch (open) {
    case 'yes':
      return `listens on ${port}/${protocol} (${who}): delivered`
    case 'unknown':
      return `gets it at ${port}/${protocol} (${who}); whether it listens is not known`
    case 'loopback-only':
      return `listens on ${port}/${protocol} at its loopback address only: refused`
    case 'no':
      return `does not listen on ${port}/${protocol} (${who}): refused`
  }
}

type Onward = { readonly kind: 'node'; readonly node: string } | { readonly kind: 'end'; readonly outcome: PathOutcome }

/** Where a packet goes that no Service of this node took. Adds its steps to `steps`. */
export function passOn(
  facts: ClusterFacts,
  view: NodeView,
  target: Target,
  protocol: Protocol,
  source: string,
  asked: Service | undefined,
  steps: Step[],
): Onward {
  const { address } = target
  const other = nodeAt(facts, address)?.metadata?.name
  if (other !== undefined && other !== view.name) {
    steps.push({ at: `${view.name}, route`, text: `${address} is ${other}` })
    return { kind: 'node', node: other }
  }
  const end = (verdict: PathOutcome['verdict'], more: Partial<PathOutcome> = {}): Onward => ({
    kind: 'end',
    outcome: { node: view.name, verdict, sourceSeen: source, ...more },
  })
  const { network } = facts
  if (other !== undefined || inCidrs(network.podCidrs, address) || network.hostAddresses.includes(address)) {
    const arrival = arrive(facts, [view.name], target, protocol, { asked })
    steps.push({ at: `${view.name}, route`, text: arrival.text })
    return end(arrival.verdict, {
      backend: { ...target, pod: arrival.pod },
      ...(arrival.unknown && { listensUnknown: true }),
      ...(arrival.undeclared && { undeclared: true }),
    })
  }
  if (network.foreign && inCidrs(network.loadBalancerCidrs, address)) {
    const text = `${address} is a load balancer’s, which takes it itself (ipMode Proxy) and sends it on as it is set up`
    steps.push({ at: 'outside', text })
    return end('deliver', { backend: { ...target, pod: undefined }, listensUnknown: true })
  }
  if (inCidrs(network.loadBalancerCidrs, address)) {
    const { text, verdict = 'unreachable' } = balancedEntry(facts, target, protocol)
    steps.push({ at: 'fabric', text })
    return end(verdict)
  }
  const text = network.egress
    ? outsideText(facts, address)
    : `${address} lies outside of the cluster, and nothing is let out: unreachable`
  steps.push({ at: network.foreign ? 'outside' : 'fabric', text })
  return network.egress
    ? end('deliver', { backend: { ...target, pod: undefined }, listensUnknown: true, undeclared: true })
    : end('unreachable')
}
