import { containsAddress, formatCidr } from '#net/cidr.ts'
import { type LabelRequirement, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { heldAddress, type Peer } from '#policy/peer.ts'
import { type Policy, type Rule, trafficOf } from '#policy/rule.ts'
import { holds, isNothing, PROTOCOLS } from '#policy/traffic.ts'
import { isMeant } from '#policy/why.ts'
import { own } from '#schema/own.ts'
import type { MeantPort, Missing, WantedLabel } from '../trace/findings/isolated.ts'
import type { PolicyEnd } from '../trace/policies/word.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { EndWord, PolicyView } from './policy-view.ts'
import { peersOfRule, portsOfRule } from './rule-parts.ts'

/** A rule that might have let a connection pass, and why it does not. */
export interface Near {
  readonly policy: Policy
  readonly rule: Rule
  /** `spec.ingress[0].from[1]`: the peer of it of which least is missing. */
  readonly path: string
  readonly missing: readonly Missing[]
}

/** The Service that led to a pod: what people write of it in rules, policies never see. */
export interface Led {
  readonly service: ObjectRef
  readonly clusterIps: readonly string[]
  /** Its ports that lead to the one that is asked. */
  readonly ports: readonly number[]
}

interface Lack {
  readonly path: string
  readonly missing: readonly Missing[]
  readonly far: number
}

/** What is worth most, where it must be chosen: a label or a port is nearer than another kind of address. */
const FAR: Readonly<Record<Missing['code'], number>> = {
  'service-address': 1,
  'pod-label': 2,
  'dns-label': 2,
  'namespace-label': 2,
  'other-namespace': 2,
  'dns-namespace': 2,
  port: 2,
  excepted: 3,
  'outside-block': 6,
  'no-node': 6,
  'no-pod': 7,
  unreadable: 9,
}

/** The rule, of the NetworkPolicies that isolate the pod, of which least is missing; undefined where they have none. */
export const nearestRule = (
  view: PolicyView,
  word: EndWord,
  other: PolicyEnd,
  led: Led | undefined,
): Near | undefined => {
  let best: { readonly near: Near; readonly far: number } | undefined
  for (const policy of word.isolatedBy)
    for (const rule of policy.rules[word.direction] ?? []) {
      const peer = lackOfPeer(view, word, other, led, policy, rule)
      const port = lackOfPort(view, word, led, policy, rule)
      const far = peer.far + farOfPort(word, rule, port)
      if (best !== undefined && best.far <= far) continue
      best = { near: { policy, rule, path: peer.path, missing: [...peer.missing, ...(port ? [port] : [])] }, far }
    }
  return best?.near
}

const DNS_PORT = 53
/** A rule for DNS alone is near to nothing else. */
const FAR_FROM_DNS = 8

const farOfPort = ({ asked }: EndWord, { traffic, names }: Rule, lack: Missing | undefined): number => {
  if (lack === undefined) return 0
  const isOfDns = PROTOCOLS.every((one) => traffic[one].every((range) => range.every((port) => port === DNS_PORT)))
  if (isOfDns && names.length === 0 && asked.port !== DNS_PORT && !isNothing(traffic)) return FAR_FROM_DNS
  return FAR[lack.code] - (lack.code === 'port' && lack.servicePort !== undefined ? 1 : 0)
}

const lackOfPort = (
  view: PolicyView,
  { direction, asked, ports }: EndWord,
  led: Led | undefined,
  policy: Policy,
  rule: Rule,
): Missing | undefined => {
  if (holds(trafficOf(rule, ports), asked.protocol, asked.port)) return undefined
  const parts = portsOfRule(policy, view.objectOf(policy), direction, rule.path) ?? []
  const meant = parts.flatMap((part): readonly MeantPort[] => [
    ...part.rule.names.map(({ name, protocol }) => ({ name, ...(protocol && { protocol }) })),
    ...(isNothing(part.rule.traffic)
      ? []
      : PROTOCOLS.flatMap((protocol) =>
          part.rule.traffic[protocol].map(([first, last]) => (first === 0 ? { protocol } : { protocol, first, last })),
        )),
  ])
  if (meant.length === 0) return UNREADABLE
  const port = led?.ports.find((one) => one !== asked.port && holds(rule.traffic, asked.protocol, one))
  return {
    code: 'port',
    ports: meant,
    ...(led && port !== undefined && { servicePort: { service: led.service, port, target: asked.port } }),
  }
}

const lackOfPeer = (
  view: PolicyView,
  word: EndWord,
  end: PolicyEnd,
  led: Led | undefined,
  policy: Policy,
  rule: Rule,
): Lack => {
  const none: Lack = { path: rule.path, missing: [], far: 0 }
  if (rule.peers === undefined) return none
  let best: Lack | undefined
  for (const { path, peers } of peersOfRule(policy, view.objectOf(policy), word.direction, rule.path) ?? []) {
    const missing = peers.length === 0 ? [UNREADABLE] : nearestOf(peers, word, end, led)
    const far = missing.reduce((sum, { code }) => sum + FAR[code], 0)
    if (best === undefined || far < best.far) best = { path, missing, far }
  }
  return best ?? { ...none, missing: [UNREADABLE], far: FAR.unreadable }
}
const UNREADABLE: Missing = { code: 'unreadable' }

/** Of several ranges that one peer names the nearest. */
const nearestOf = (peers: readonly Peer[], word: EndWord, end: PolicyEnd, led: Led | undefined): readonly Missing[] =>
  peers
    .map((peer) => (isMeant(peer, word.other, word.asked) ? [] : missingOf(peer, word, end, led)))
    .reduce((best, one) => (one.length < best.length ? one : best))

const missingOf = (peer: Peer, word: EndWord, end: PolicyEnd, led: Led | undefined): readonly Missing[] => {
  const { other, asked, direction } = word
  const { address, pod, node, namespaceLabels } = other
  switch (peer.kind) {
    case 'block': {
      const meant = direction === 'egress' && led?.clusterIps.find((one) => isIn(peer, one))
      if (led && meant) return [{ code: 'service-address', service: led.service, address: meant }]
      const hole = peer.except.find((one) => containsAddress(one, address.address))
      const cidr = formatCidr(peer.block)
      return hole !== undefined && containsAddress(peer.block, address.address)
        ? [{ code: 'excepted', address: address.text, cidr, except: formatCidr(hole) }]
        : [{ code: 'outside-block', address: address.text, cidr }]
    }
    case 'blocks':
      return nearestOf(
        peer.blocks.map(({ block, except }) => ({ kind: 'block', key: '', block, except })),
        word,
        end,
        led,
      )
    case 'nodes':
      return [{ code: 'no-node', end }]
    case 'pods': {
      const serves = node?.serves && holds(node.serves.traffic, asked.protocol, asked.port) ? node.serves : undefined
      const seen = pod ?? serves
      const ref = pod === undefined ? undefined : end.pod
      if (seen === undefined || (pod !== undefined && ref === undefined)) return [{ code: 'no-pod', end }]
      const labels = lackingLabels(peer.pods, seen.labels).map(({ wanted, has }): Missing => {
        const label = { wanted, ...(has !== undefined && { has }) }
        return ref === undefined ? { code: 'dns-label', ...label } : { code: 'pod-label', pod: ref, ...label }
      })
      if ('name' in peer.namespaces) {
        const { name } = peer.namespaces
        if (name === seen.namespace) return labels
        const other: Missing = ref
          ? { code: 'other-namespace', pod: ref, meant: name }
          : { code: 'dns-namespace', namespace: seen.namespace, meant: name }
        return [other, ...labels]
      }
      const ofNamespace = lackingLabels(peer.namespaces.labels, namespaceLabels ?? {}).map(
        ({ wanted, has }): Missing => ({
          code: 'namespace-label',
          namespace: seen.namespace,
          wanted,
          ...(has !== undefined && { has }),
        }),
      )
      return [...ofNamespace, ...labels]
    }
  }
}

const isIn = ({ block, except }: Peer & { readonly kind: 'block' }, text: string): boolean => {
  const held = heldAddress(text)
  return (
    held !== undefined &&
    containsAddress(block, held.address) &&
    !except.some((hole) => containsAddress(hole, held.address))
  )
}

interface LackingLabel {
  readonly wanted: WantedLabel
  readonly has: string | undefined
}

/** The conditions of a selector that labels do not meet. */
const lackingLabels = (requirements: readonly LabelRequirement[], labels: Labels): readonly LackingLabel[] =>
  requirements
    .filter((one) => !matchesLabels([one], labels))
    .map((one) => ({ wanted: wantedOf(one), has: own(labels, one.key) }))

const OPERATORS: Readonly<Partial<Record<LabelRequirement['operator'], WantedLabel['operator']>>> = {
  '!=': 'notin',
  notin: 'notin',
  exists: 'exists',
  '!': 'absent',
}

export const wantedOf = ({ key, operator, values }: LabelRequirement): WantedLabel => ({
  key,
  operator: OPERATORS[operator] ?? 'in',
  values,
})
