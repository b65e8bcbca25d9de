import type { ServiceForwarding, ServicePortForwarding, Treatment } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import type { Ids } from './ids.ts'
import type { Element, TableFamily, Value } from './rule.ts'
import { WORD } from './rule.ts'
import { PICK_CHAINS } from './ruleset/choice-chains.ts'
import type { Kind } from './ruleset/kinds.ts'
import { kindName } from './ruleset/kinds.ts'
import type { NodeSetName } from './ruleset/sets.ts'

/** A kind in use: the caller makes its chains before elements name it. */
export interface UsedKind {
  readonly family: TableFamily
  readonly number: number
  readonly kind: Kind
}

/** What the kernel must hold for one Service, and no more. Elements that several Services share (hairpin) stand in each. */
export interface CompiledService {
  readonly elements: readonly Element[]
  readonly kinds: readonly UsedKind[]
}

export const EMPTY: CompiledService = { elements: [], kinds: [] }

/**
 * The elements of one Service. The cost depends on this Service alone. Numbers come from `ids`, at time `now` in seconds.
 * Throws CapacityError.
 */
export function compileService(forwarding: ServiceForwarding, ids: Ids, now: number): CompiledService {
  const elements: Element[] = []
  const kinds = new Map<string, UsedKind>()
  for (const port of forwarding.ports) {
    if (port.frontends.length === 0) continue
    const id = ids.servicePort(port.servicePort, now)
    new PortCompiler(port, id, ids, elements, kinds).compile(numbersOf(forwarding, port, ids))
  }
  return { elements, kinds: [...kinds.values()] }
}

/** Whether its backends are known by number: those of a sticky service port, and of one with more than there are chains for. */
const isNumbered = ({ affinitySeconds, cluster, local }: ServicePortForwarding): boolean =>
  affinitySeconds !== undefined || backendsOf(cluster).length > PICK_CHAINS || backendsOf(local).length > PICK_CHAINS

/** Endpoint numbers of a numbered service port, of both families together: they share its id. */
function numbersOf({ ports }: ServiceForwarding, port: ServicePortForwarding, ids: Ids): ReadonlyMap<string, number> {
  const { servicePort } = port
  const twins = ports.filter((twin) => twin.servicePort === servicePort && isNumbered(twin))
  if (twins.length === 0) ids.releaseEndpoints(servicePort)
  if (!isNumbered(port)) return new Map()
  const keys = twins.flatMap(({ cluster, local }) =>
    [...backendsOf(cluster), ...backendsOf(local)].map(keyOfBackend(port)),
  )
  return ids.endpoints(servicePort, [...new Set(keys)])
}

const backendsOf = (treatment: Treatment) => (treatment.kind === 'balance' ? treatment.backends : [])
/**
 * What an endpoint's number is kept by. Turning affinity on or off gives other keys, so other numbers: who was pinned
 * before it was turned off is not bound by that again.
 */
export const keyOfBackend =
  ({ affinitySeconds }: Pick<ServicePortForwarding, 'affinitySeconds'>) =>
  ({ address, port }: { readonly address: string; readonly port: number }) =>
    `${affinitySeconds === undefined ? 'any ' : ''}${address} ${port}`

/** libnftnl takes 128 bytes, the last of them 0. */
const MOST_COMMENT = 127

/** `default/web:http`, of an unnamed port `default/web`. */
export const commentOf = (servicePort: string): string =>
  servicePort.replace(/:$|[^\w./:-]/g, '').slice(0, MOST_COMMENT)

class PortCompiler {
  readonly #port: ServicePortForwarding
  readonly #ids: Ids
  readonly #family: TableFamily
  readonly #base: number
  readonly #elements: Element[]
  readonly #kinds: Map<string, UsedKind>

  constructor(port: ServicePortForwarding, id: number, ids: Ids, elements: Element[], kinds: Map<string, UsedKind>) {
    this.#port = port
    this.#ids = ids
    this.#family = port.family === 'IPv4' ? 'ip' : 'ip6'
    this.#base = id << WORD.ID_SHIFT
    this.#elements = elements
    this.#kinds = kinds
  }

  compile(numbers: ReadonlyMap<string, number>): void {
    const { frontends, cluster, local } = this.#port
    const words = {
      Cluster: frontends.some(({ kind, policy }) => policy === 'Cluster' || kind !== 'cluster-ip')
        ? this.#treatment(cluster, false, numbers)
        : 0,
      Local: frontends.some(({ policy }) => policy === 'Local') ? this.#treatment(local, true, numbers) : 0,
    }
    const comment = commentOf(this.#port.servicePort)
    for (const { backends, ...rest } of this.#numbered(numbers)) this.#add(rest.set, [rest.word], backends)
    for (const { kind, address, protocol, port, policy, sourceRanges } of frontends) {
      const transport = protocol.toLowerCase()
      if (kind === 'cluster-ip') {
        this.#add('cluster-ips', [address as string])
        this.#add('frontends', [address as string, transport, port], [words[policy]], comment)
        continue
      }
      const key: readonly Value[] = address === undefined ? [transport, port] : [address, transport, port]
      const particular = policy === 'Local' || sourceRanges !== undefined ? WORD.PARTICULAR : 0
      this.#add(address === undefined ? 'nodeports' : 'frontends', key, [words.Cluster + particular], comment)
      if (policy === 'Local')
        this.#add(address === undefined ? 'nodeports-local' : 'frontends-local', key, [words.Local])
      if (sourceRanges === undefined) continue
      this.#add('restricted', key)
      for (const range of sourceRanges) this.#add('allowed', [...key, range])
    }
    // An endpoint that may be a pod of this node can meet itself, also one whose slice, written by hand, names no node.
    const hairpins = new Set<string>()
    for (const { address, local: here } of [...backendsOf(cluster), ...backendsOf(local)])
      if (here !== false) hairpins.add(address)
    for (const address of hairpins) this.#add('hairpin', [address, address])
  }

  #add(set: NodeSetName, key: readonly Value[], data?: readonly Value[], comment?: string): void {
    const family = this.#family
    if (comment !== undefined) this.#elements.push({ family, set, key, data, comment })
    else this.#elements.push(data === undefined ? { family, set, key } : { family, set, key, data })
  }

  /** Writes the slots of a set of backends; gives the word that leads there. */
  #treatment(treatment: Treatment, local: boolean, numbers: ReadonlyMap<string, number>): number {
    const set = this.#base + (local ? WORD.LOCAL : 0)
    if (treatment.kind !== 'balance') return set + this.#kind({ kind: treatment.kind })
    const { affinitySeconds } = this.#port
    const count = treatment.backends.length
    if (affinitySeconds === undefined && count <= PICK_CHAINS) {
      for (const [slot, { address, port }] of treatment.backends.entries())
        this.#add('backends', [set, slot], [address, port])
      return set + this.#kind({ kind: 'pick', count, local })
    }
    const key = keyOfBackend(this.#port)
    const seen = new Set<number>()
    for (const [slot, backend] of treatment.backends.entries()) {
      const endpoint = this.#base + (numbers.get(key(backend)) as number)
      this.#add('slots', [set, slot], [endpoint])
      // One that weighs more has several slots.
      if (affinitySeconds !== undefined && !seen.has(endpoint))
        this.#add(local ? 'local-endpoints' : 'cluster-endpoints', [endpoint])
      seen.add(endpoint)
    }
    return (
      set +
      this.#kind(
        affinitySeconds === undefined
          ? { kind: 'pick', count, local }
          : { kind: 'sticky', count, seconds: affinitySeconds, local },
      )
    )
  }

  *#numbered(numbers: ReadonlyMap<string, number>) {
    if (!isNumbered(this.#port)) return
    const { cluster, local } = this.#port
    const key = keyOfBackend(this.#port)
    const seen = new Set<number>()
    for (const backend of [...backendsOf(cluster), ...backendsOf(local)]) {
      const word = this.#base + (numbers.get(key(backend)) as number)
      if (seen.has(word)) continue
      seen.add(word)
      yield { set: 'endpoints' as const, word, backends: [backend.address, backend.port] as const }
    }
  }

  #kind(kind: Kind): number {
    const number = this.#ids.kind(kind)
    const name = `${this.#family} ${kindName(kind)}`
    if (!this.#kinds.has(name)) this.#kinds.set(name, { family: this.#family, number, kind })
    return number
  }
}

/** The elements that tell of the cluster and the node: constant between changes of the configuration. */
export function compileNode({
  nodeAddresses,
  podCidrs,
  serviceCidrs,
  balancedCidrs = [],
  ownPods,
}: NodeFacts): readonly Element[] {
  const element =
    (set: NodeSetName) =>
    (text: string): Element => ({
      family: text.includes(':') ? 'ip6' : 'ip',
      set,
      key: [text],
    })
  return [
    ...[...new Set(podCidrs)].map(element('pod-cidrs')),
    ...[...new Set(serviceCidrs)].map(element('service-cidrs')),
    ...[...new Set(balancedCidrs)].map(element('balanced-cidrs')),
    ...[...new Set([...serviceCidrs, ...balancedCidrs])].map(element('virtual-cidrs')),
    ...[...new Set(nodeAddresses)].map(element('nodeport-ips')),
    ...ownPods.map(({ cidr, masqueradeAs }) => ({ ...element('own-pods')(cidr), data: [masqueradeAs] })),
  ]
}
