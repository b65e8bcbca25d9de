import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { objectKey } from '#objects/object-key.ts'
import type { PolicyPod } from '#policy/peer.ts'
import { policyKey } from '#policy/rule.ts'
import type { EndWord, PolicyView } from './policy-view.ts'

/** What is asked of all pairs. */
interface MatrixQuestion {
  /** Pods of that namespace alone, at either end; undefined: of all. */
  readonly namespace?: string | undefined
  readonly protocol: Protocol
  readonly family: IpFamily
  /** Undefined: the ports that each destination declares for the protocol, and 80 where it declares none. */
  readonly port?: number | undefined
}

/** Pods of which nothing that policies look at differs. */
interface PodGroup {
  readonly namespace: string
  /** `web`: a pod's own name, or what the names of the pods of a Deployment have alike. */
  readonly name: string
  readonly pods: readonly string[]
  /** Those that it is asked at. */
  readonly ports: readonly number[]
}

/** What one end says. */
interface MatrixWord {
  /** NetworkPolicies that isolate it, `shop/deny-all`. */
  readonly isolatedBy: readonly string[]
  /** Whose rule decides, `NetworkPolicy shop/allow-web`, and which, `spec.ingress[0]`. */
  readonly policy?: string
  readonly rule?: string
}

export interface MatrixCell {
  /** `shop/web` */
  readonly from: string
  readonly to: string
  readonly port: number
  readonly passes: boolean
  readonly egress: MatrixWord
  readonly ingress: MatrixWord
}

export interface Matrix {
  readonly protocol: Protocol
  readonly family: IpFamily
  readonly groups: readonly PodGroup[]
  readonly cells: readonly MatrixCell[]
}

const DEFAULT_PORT = 80

/** Who may begin a connection with whom, by the policies of a cluster: each group of pods with each, itself too. */
export const policyMatrix = (view: PolicyView, { namespace, protocol, family, port }: MatrixQuestion): Matrix => {
  const pods = view.pods.filter(
    (pod) => (namespace === undefined || pod.namespace === namespace) && addressOf(pod, family) !== undefined,
  )
  const grouped = Map.groupBy(pods, (pod) => keyOf(pod, view))
  const members = [...grouped.values()]
    .map((all) => all.toSorted((left, right) => (left.name < right.name ? -1 : 1)))
    .sort(([left], [right]) => (sortKey(left!) < sortKey(right!) ? -1 : 1))
  const groups = members.map((all): PodGroup => {
    const [first] = all as [PolicyPod]
    const declared = first.ports.filter((one) => one.protocol === protocol).map((one) => one.port)
    const ports = port === undefined ? [...new Set(declared)].sort((left, right) => left - right) : [port]
    return {
      namespace: first.namespace,
      name: all.length === 1 ? first.name : workloadOf(first),
      pods: all.map(({ name }) => name),
      ports: ports.length === 0 ? [DEFAULT_PORT] : ports,
    }
  })
  const cells = members.flatMap((from, row) =>
    members.flatMap((to, column) => {
      const [sender, receiver] = pairOf(from, to)
      return groups[column]!.ports.map((asked): MatrixCell => {
        const words = view.words(addressOf(sender, family)!, addressOf(receiver, family)!, { protocol, port: asked })
        return {
          from: nameOfGroup(groups[row]!),
          to: nameOfGroup(groups[column]!),
          port: asked,
          passes: words.every(({ passes }) => passes),
          egress: wordOf(words, 'egress'),
          ingress: wordOf(words, 'ingress'),
        }
      })
    }),
  )
  return { protocol, family, groups, cells }
}

export const nameOfGroup = ({ namespace, name }: PodGroup): string => objectKey(namespace, name)

/** Of a group with itself two different pods, where there are two. */
const pairOf = (from: readonly PolicyPod[], to: readonly PolicyPod[]): readonly [PolicyPod, PolicyPod] => {
  const [sender] = from as [PolicyPod]
  return [sender, to.find((one) => one !== sender) ?? (to[0] as PolicyPod)]
}

const addressOf = ({ addresses }: PolicyPod, family: IpFamily): string | undefined =>
  addresses.find(({ address }) => address.family === family)?.text

const wordOf = (words: readonly EndWord[], direction: EndWord['direction']): MatrixWord => {
  const word = words.find((one) => one.direction === direction)
  return {
    isolatedBy: word?.isolatedBy.map(({ name }) => name) ?? [],
    ...(word?.by && { policy: policyKey(word.by.policy), rule: word.by.rule.path }),
  }
}

const HASH_LABEL = 'pod-template-hash'
/** Labels by which a controller tells its pods apart, and that policies hardly mean. */
const OWN_LABELS = new Set([HASH_LABEL, 'controller-revision-hash', 'pod-template-generation'])

/** `web` of `web-556c88796f-7grk2`. */
const workloadOf = ({ name, labels }: PolicyPod): string => {
  const hash = labels[HASH_LABEL]
  const at = hash === undefined ? -1 : name.indexOf(`-${hash}-`)
  return at > 0 ? name.slice(0, at) : name
}

const sortKey = (pod: PolicyPod): string => objectKey(pod.namespace, workloadOf(pod))

/** What policies see of a pod, those that select it, and whose it is. */
const keyOf = (pod: PolicyPod, view: PolicyView): string => {
  const labels = Object.entries(pod.labels)
    .filter(([key]) => !OWN_LABELS.has(key))
    .sort()
  const selecting = view.policiesOf(pod).map(policyKey)
  return JSON.stringify([pod.namespace, workloadOf(pod), labels, pod.ports, selecting])
}
