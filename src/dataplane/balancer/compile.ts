import type { BalancedFrontend, BalancedNodes } from '#forwarding/load-balancer.ts'
import { commentOf, type UsedKind } from '../nftables/compile.ts'
import type { Element, TableFamily, Value } from '../nftables/rule.ts'
import { type Kind, kindName } from '../nftables/ruleset/kinds.ts'
import { NODES_SHIFT } from './ruleset.ts'
import type { BalancerSetName } from './sets.ts'

/** What the fabric's kernel must hold. */
interface CompiledBalancer {
  readonly elements: readonly Element[]
  readonly kinds: readonly UsedKind[]
}

/** Numbers that stand for lists of nodes, as long as a frontend is served by them, and for kinds, for good. */
export class BalancerNumbers {
  #lists = new Map<string, number>()
  readonly #kinds = new Map<string, number>()

  kind(kind: Kind): number {
    const name = kindName(kind)
    const number = this.#kinds.get(name) ?? this.#kinds.size + 1
    this.#kinds.set(name, number)
    return number
  }

  /** For each of these lists its number: the one of last time, else the least that no list had then. */
  lists(names: ReadonlySet<string>): ReadonlyMap<string, number> {
    const taken = new Set(this.#lists.values())
    const lists = new Map<string, number>()
    let next = 1
    for (const name of names) {
      while (taken.has(next)) next++
      const number = this.#lists.get(name) ?? next
      taken.add(number)
      lists.set(name, number)
    }
    this.#lists = lists
    return lists
  }
}

/** FNV-1a. Two service ports of one number share their pins, and with them the node of a client: no more than that. */
function numberOf(name: string): number {
  let hash = 0x811c9dc5
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) as number), 0x01000193)
  return hash >>> 0
}

const listOf = ({ nodes, keepers }: BalancedFrontend): string => `${nodes.join()} ${keepers.join()}`

/** The elements of all frontends. `marks`: by a node's name, what a packet to it is marked with. */
export function compileBalancer(
  frontends: readonly BalancedFrontend[],
  { present }: Pick<BalancedNodes, 'present'>,
  marks: ReadonlyMap<string, number>,
  numbers: BalancerNumbers,
): CompiledBalancer {
  const elements: Element[] = []
  const kinds = new Map<string, UsedKind>()
  const marksOf = (names: readonly string[]) => names.flatMap((name) => marks.get(name) ?? [])
  const served = frontends.filter(({ nodes }) => marksOf(nodes).length > 0)
  const lists = numbers.lists(new Set(served.map(listOf)))
  const written = new Set<string>()
  const add = (
    family: TableFamily,
    set: BalancerSetName,
    key: readonly Value[],
    data?: readonly Value[],
    comment?: string,
  ) => {
    const name = `${family} ${set} ${key.join(' ')}`
    if (written.has(name)) return
    written.add(name)
    elements.push({ family, set, key, ...(data && { data }), ...(comment !== undefined && { comment }) })
  }
  for (const mark of marksOf(present)) for (const family of ['ip', 'ip6'] as const) add(family, 'nodes', [mark])
  for (const { address } of frontends) add(address.includes(':') ? 'ip6' : 'ip', 'balanced', [address])
  for (const frontend of served) {
    const { servicePort, address, protocol, port, affinitySeconds } = frontend
    const family = address.includes(':') ? 'ip6' : 'ip'
    const key = [address, protocol.toLowerCase(), port]
    const nodes = marksOf(frontend.nodes)
    const list = ((lists.get(listOf(frontend)) as number) << NODES_SHIFT) >>> 0
    const kind: Kind =
      affinitySeconds === undefined
        ? { kind: 'pick', count: nodes.length, local: false }
        : { kind: 'sticky', count: nodes.length, seconds: affinitySeconds, local: false }
    const number = numbers.kind(kind)
    kinds.set(`${family} ${number}`, { family, number, kind })
    add(family, 'frontends', key, [list + number], commentOf(servicePort))
    if (affinitySeconds !== undefined) add(family, 'owners', key, [numberOf(servicePort)])
    for (const [slot, mark] of nodes.entries()) {
      add(family, 'slots', [list, slot], [mark])
      add(family, 'members', [list, mark])
    }
    for (const mark of marksOf(frontend.keepers)) add(family, 'keepers', [list, mark])
  }
  return { elements, kinds: [...kinds.values()] }
}

/** What tells of the cluster, and never changes: where ClusterIPs and load balancer addresses lie. */
export function compileRanges(serviceCidrs: readonly string[], balancedCidrs: readonly string[]): readonly Element[] {
  const of = (set: BalancerSetName, cidrs: readonly string[]) =>
    cidrs.map((cidr): Element => ({ family: cidr.includes(':') ? 'ip6' : 'ip', set, key: [cidr] }))
  return [...of('service-cidrs', serviceCidrs), ...of('balanced-cidrs', balancedCidrs)]
}
