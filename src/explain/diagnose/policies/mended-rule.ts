import type { Policy, Rule } from '#policy/rule.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { isLike } from '../../cluster/nearest.ts'
import type { Near } from '../../policies/nearest.ts'
import type { EndWord, PolicyView } from '../../policies/policy-view.ts'
import { peersOfRule, pointerOf, portsOfRule, ruleOf } from '../../policies/rule-parts.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Missing } from '../../trace/findings/isolated.ts'
import { patch } from '../cure.ts'
import { meanEndpoints } from './behind-service.ts'
import { meansNobody, plainLabels, type Seen } from './meant.ts'
import { meantPeer } from './meant-peer.ts'
import { peerFor, selectorOfNamespace } from './peer-of.ts'
import { askedNames, meantName } from './port-names.ts'
import { SIDES, type StoppedWord } from './stopped-word.ts'

/** What a rule lacks that was meant and is misspelt; undefined where it was more likely not meant at all. */
export function mendedRule(
  facts: ClusterFacts,
  view: PolicyView,
  { word, end, service }: StoppedWord,
  { policy, rule, path, missing }: Near,
): Cure | undefined {
  const object = view.objectOf(policy)
  const ref = policyRef(policy)
  const at = pointerOf(rule.path)
  const side = SIDES[word.direction]
  const port = missing.find((one) => one.code === 'port')
  const named = missing.length === 1 && port !== undefined ? ownName({ facts, view }, word, policy, rule) : undefined
  if (named !== undefined) return named
  const others = missing.filter(({ code }) => code !== 'port')
  if (port !== undefined && !isPortMisspelt(word, port)) return undefined
  const ports = port === undefined ? [] : [{ op: 'add', path: `${at}/ports/-`, value: portOf(word) }]
  if (others.length === 0)
    return ports.length === 0
      ? undefined
      : patch({ code: 'let-port-pass', rule: rule.path, policy: ref }, 'networkpolicy', object, ports)
  const [first] = others
  if (first?.code === 'service-address' && service !== undefined)
    return meanEndpoints(facts, view, { policy, rule, path }, service, ports)
  if (port !== undefined || !others.every(isPeerMisspelt)) return undefined
  // All pods of its namespace are meant, and no others.
  if (isOfAll(view, policy, word.direction, rule.path, path)) return undefined
  const replaced = otherPeer({ facts, view }, word, policy, path, missing)
  if (replaced !== undefined) return replaced
  const peer = peerFor(word.other, word.pod.namespace, service?.spec?.selector)
  const meant = meantPeer(view, word.other, end, service?.spec?.selector)
  const effect = { code: 'let-peer-pass', rule: rule.path, policy: ref, ...meant } as const
  return patch(effect, 'networkpolicy', object, [{ op: 'add', path: `${at}/${side}/-`, value: peer }])
}

/** The name that the pod has for the port that is asked, in place of one that nobody has. */
function ownName(seen: Seen, { direction, asked, ports }: EndWord, policy: Policy, rule: Rule): Cure | undefined {
  const declared = askedNames(seen, policy, direction, rule) ?? []
  for (const part of portsOfRule(policy, seen.view.objectOf(policy), direction, rule.path) ?? []) {
    const named = part.rule.names.find(({ protocol }) => protocol === undefined || protocol === asked.protocol)
    const fitting = declared.filter(({ protocol }) => named?.protocol === undefined || protocol === named.protocol)
    if (named === undefined || fitting.some(({ name }) => name === named.name)) continue
    const meant = meantName(named.name, [...new Set(fitting.map(({ name }) => name))])
    const isAsked = ports.some(
      (one) => one.name === meant && one.port === asked.port && one.protocol === asked.protocol,
    )
    if (meant !== undefined && isAsked)
      return patch({ code: 'mean-port', path: part.path, port: meant }, 'networkpolicy', seen.view.objectOf(policy), [
        { op: 'replace', path: `${pointerOf(part.path)}/port`, value: meant },
      ])
  }
  return undefined
}

/** What is misspelt in a peer that means nobody takes the place of what stands there. */
function otherPeer(
  seen: Seen,
  { direction, other }: EndWord,
  policy: Policy,
  path: string,
  missing: readonly Missing[],
): Cure | undefined {
  const object = seen.view.objectOf(policy)
  const [peer] = (peersOfRule(policy, object, direction, ruleOf(path)) ?? [])
    .filter((part) => part.path === path)
    .flatMap(({ peers }) => peers)
  if (peer?.kind !== 'pods' || !meansNobody(seen, peer)) return undefined
  const [first] = missing
  const at = pointerOf(path)
  if (first?.code === 'other-namespace') {
    const selector = missing.length === 1 ? selectorOfNamespace(other.namespaceLabels) : undefined
    return (
      selector &&
      patch({ code: 'mean-namespace', path, namespace: first.pod.namespace ?? '' }, 'networkpolicy', object, [
        { op: 'add', path: `${at}/namespaceSelector`, value: selector },
      ])
    )
  }
  const isOfPods = first?.code === 'pod-label'
  const field = isOfPods ? 'podSelector' : 'namespaceSelector'
  const wanted = isOfPods ? peer.pods : 'labels' in peer.namespaces ? peer.namespaces.labels : []
  const plain = plainLabels(wanted)
  if (plain === undefined) return undefined
  const labels = { ...plain }
  for (const one of missing) {
    if (one.code !== first?.code || !('wanted' in one) || one.has === undefined) return undefined
    labels[one.wanted.key] = one.has
  }
  return patch({ code: 'mean-labels', path: `${path}.${field}`, labels }, 'networkpolicy', object, [
    { op: 'replace', path: `${at}/${field}`, value: { matchLabels: labels } },
  ])
}

const portOf = ({ asked }: EndWord) => ({ protocol: asked.protocol, port: asked.port })

/** The Service's port in place of the pod's, the port of another protocol, or a name nearly like one that leads there. */
const isPortMisspelt = ({ asked, ports }: EndWord, lack: Missing & { readonly code: 'port' }): boolean => {
  const names = ports.filter(({ port, protocol }) => port === asked.port && protocol === asked.protocol)
  return (
    lack.servicePort !== undefined ||
    lack.ports.some(
      ({ name, first, last }) =>
        (first !== undefined && first === last && first === asked.port) ||
        (name !== undefined && names.some((one) => isLike(one.name, name))),
    )
  )
}

/** A label nearly like the one that is there, or a podSelector that should have a namespaceSelector beside it. */
const isPeerMisspelt = (missing: Missing): boolean => {
  if (missing.code === 'other-namespace') return true
  if (missing.code !== 'pod-label' && missing.code !== 'namespace-label') return false
  const { wanted, has } = missing
  return has !== undefined && wanted.operator === 'in' && wanted.values.some((value) => isLike(value, has))
}

const isOfAll = (
  view: PolicyView,
  policy: Policy,
  direction: EndWord['direction'],
  rule: string,
  path: string,
): boolean =>
  (peersOfRule(policy, view.objectOf(policy), direction, rule) ?? [])
    .filter((part) => part.path === path)
    .some(({ peers }) => peers.every((peer) => peer.kind === 'pods' && peer.pods.length === 0))
