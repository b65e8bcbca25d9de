import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { selects } from '#objects/label-selector.ts'
import type { Labels } from '#objects/object.ts'
import type { BenchCluster } from '../policy/cluster.ts'
import { addressOf, type Family } from './chain-per-policy.ts'

type Peer = NonNullable<NonNullable<NonNullable<NonNullable<NetworkPolicy['spec']>['ingress']>[0]['from']>[0]>

interface IpSet {
  readonly name: string
  readonly family: Family
  readonly type: 'hash:ip' | 'hash:net' | 'hash:ip,port'
  /** What a pod adds to it; of blocks none. */
  readonly entry?: (pod: Pod) => string | undefined
  readonly entries: Set<string>
}

/** The ipsets that rules speak of, each made when the first does, with whoever belongs to it. */
export class PolicySets {
  readonly #cluster: BenchCluster
  readonly #spaces: ReadonlyMap<string, Labels>
  readonly #sets = new Map<string, IpSet>()

  constructor(cluster: BenchCluster) {
    this.#cluster = cluster
    this.#spaces = new Map(cluster.namespaces.map(({ metadata }) => [metadata?.name ?? '', metadata?.labels ?? {}]))
  }

  /** The name of its set; undefined where it holds nobody of that family. */
  ofPeer({ podSelector, namespaceSelector, ipBlock }: Peer, namespace: string, family: Family): string | undefined {
    if (ipBlock !== undefined) {
      if (ipBlock.cidr.includes(':') !== (family === 'IPv6')) return undefined
      const nets = [...halves(ipBlock.cidr), ...(ipBlock.except ?? []).map((hole) => `${hole} nomatch`)]
      return this.#of(`${family} ${nets}`, { family, type: 'hash:net', entries: new Set(nets) })
    }
    const where = namespaceSelector === undefined ? namespace : JSON.stringify(namespaceSelector)
    const isOne = ({ metadata }: Pod): boolean =>
      (namespaceSelector === undefined
        ? metadata?.namespace === namespace
        : selects(namespaceSelector, this.#spaces.get(metadata?.namespace ?? ''))) &&
      selects(podSelector ?? {}, metadata?.labels)
    return this.#ofPods(`${family} ${where} ${JSON.stringify(podSelector ?? {})}`, family, 'hash:ip', (pod) =>
      isOne(pod) ? addressOf(pod, family) : undefined,
    )
  }

  /** Of all pods that have a port of that name, with its number. */
  ofName(name: string, protocol: string, family: Family): string {
    return this.#ofPods(`${family} port ${protocol} ${name}`, family, 'hash:ip,port', (pod) => {
      const port = pod.spec?.containers?.flatMap(({ ports }) => ports ?? []).find((one) => one.name === name)
      return port && `${addressOf(pod, family)},${protocol.toLowerCase()}:${port.containerPort}`
    })
  }

  get size(): number {
    return this.#sets.size
  }

  get entries(): number {
    return this.#sets.values().reduce((sum, { entries }) => sum + entries.size, 0)
  }

  /** All sets, as ipset restore reads them. */
  render(): string {
    return this.#sets
      .values()
      .map(({ name, family, type, entries }) => {
        const lines = [...entries].map((entry) => `add ${name} ${entry}`)
        return `create ${name} ${type} family ${family === 'IPv4' ? 'inet' : 'inet6'} maxelem 1048576\n${lines.join('\n')}\n`
      })
      .toArray()
      .join('')
  }

  /** A pod that has become another: what leaves sets, and what comes into them. */
  renderPod(before: Pod, after: Pod): string {
    const lines: string[] = []
    for (const { name, entry, entries } of this.#sets.values()) {
      const [was, is] = [entry?.(before), entry?.(after)]
      if (was === is) continue
      if (was !== undefined && entries.delete(was)) lines.push(`del ${name} ${was}`)
      if (is === undefined) continue
      entries.add(is)
      lines.push(`add ${name} ${is}`)
    }
    return lines.map((line) => `${line}\n`).join('')
  }

  /** What has been made since `sets` were so many. */
  renderSince(count: number): string {
    const all = new PolicySets(this.#cluster)
    for (const [key, set] of [...this.#sets].slice(count)) all.#sets.set(key, set)
    return all.render()
  }

  #ofPods(key: string, family: Family, type: IpSet['type'], entry: (pod: Pod) => string | undefined): string {
    return this.#sets.get(key)?.name ?? this.#of(key, { family, type, entry, entries: this.#all(entry) })
  }

  #all(entry: (pod: Pod) => string | undefined): Set<string> {
    return new Set(this.#cluster.pods.flatMap((pod) => entry(pod) ?? []))
  }

  #of(key: string, set: Omit<IpSet, 'name'>): string {
    const known = this.#sets.get(key)
    if (known !== undefined) return known.name
    const name = `R-${this.#sets.size}`
    this.#sets.set(key, { ...set, name })
    return name
  }
}

/** A set holds no network of all addresses, but its two halves. */
const halves = (cidr: string): readonly string[] =>
  cidr === '0.0.0.0/0' ? ['0.0.0.0/1', '128.0.0.0/1'] : cidr === '::/0' ? ['::/1', '8000::/1'] : [cidr]
