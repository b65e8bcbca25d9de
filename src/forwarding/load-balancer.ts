import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { containsAddress, parseCidr } from '#net/cidr.ts'
import { type IpFamily, parseAddress } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { EXCLUDE_FROM_LOAD_BALANCERS_LABEL } from '#objects/well-known.ts'
import { endpointsOf } from './endpoint.ts'
import { ForwardingState } from './forwarding-state.ts'
import type { TrafficPolicy } from './frontend.ts'

/** Names, ordered. */
export interface BalancedNodes {
  /** Ready, and not on their way out: what flows through them goes on. */
  readonly present: readonly string[]
  /** Those of them that new flows may be given to. */
  readonly eligible: readonly string[]
}

/** An address and port that the load balancer serves, and for whom. */
export interface BalancedFrontend {
  /** `default/web:http` */
  readonly servicePort: string
  readonly address: string
  readonly protocol: Protocol
  readonly port: number
  /**
   * Names of the nodes that a new flow is given to, each as likely, ordered; one whose endpoints weigh more stands there
   * several times. None: it is refused.
   */
  readonly nodes: readonly string[]
  /** Nodes that could still answer a flow which they have: one that has no end, as of UDP, stays with these alone. */
  readonly keepers: readonly string[]
  /** Seconds that a client stays with its node; undefined: no session affinity. */
  readonly affinitySeconds: number | undefined
}

/** What does not depend on the state of nodes. */
interface Claim extends Omit<BalancedFrontend, 'nodes' | 'keepers'> {
  readonly policy: TrafficPolicy
  /** Nodes with endpoints that new flows may be given to, and how often each of them counts. */
  readonly ready: ReadonlyMap<string, number>
  /** Nodes with endpoints that answer, some of them on their way out. */
  readonly answering: ReadonlySet<string>
}

/**
 * Nodes that a load balancer sends to, as upstream's service controller has it: Ready, not on their way out, not
 * excluded by label.
 */
export function balancedNodes(nodes: readonly Node[]): BalancedNodes {
  const present = nodes.filter((node) => !isLeaving(node) && isReady(node))
  const names = (some: readonly Node[]) => some.map(keyOf).sort()
  return {
    present: names(present),
    eligible: names(
      present.filter(({ metadata }) => metadata?.labels?.[EXCLUDE_FROM_LOAD_BALANCERS_LABEL] === undefined),
    ),
  }
}

/** Whether a Service may have an address that a load balancer leads to nodes. */
export const isBalanced = ({ spec }: Service): boolean =>
  spec?.type === 'LoadBalancer' || (spec?.externalIPs ?? []).length > 0

/**
 * What the load balancer of a cluster does for the addresses of its pool, those that Services were given and those that
 * they claim as external IPs. Who has a frontend that several claim is decided as on the nodes.
 */
export class LoadBalancer {
  readonly #pool: readonly ReturnType<typeof parseCidr>[]
  readonly #state = new ForwardingState({ name: '', zone: undefined })
  readonly #slices = new Map<string, readonly EndpointSlice[]>()
  readonly #claims = new Map<string, readonly Claim[]>()

  /** `pool`: CIDRs. */
  constructor(pool: readonly string[]) {
    this.#pool = pool.map((range) => parseCidr(range))
  }

  /** A Service `default/web` is new, changed or (undefined) gone. True: it may change what frontends() gives. */
  set(name: string, service: Service | undefined, slices: readonly EndpointSlice[]): boolean {
    // A cluster has many Services and few of these.
    const balanced = service !== undefined && isBalanced(service) ? service : undefined
    if (balanced === undefined && !this.#slices.has(name)) return false
    if (balanced === undefined) this.#slices.delete(name)
    else this.#slices.set(name, slices)
    for (const affected of this.#state.set(name, balanced, slices)) {
      const claims = this.#claimsOf(affected)
      if (claims.length === 0) this.#claims.delete(affected)
      else this.#claims.set(affected, claims)
    }
    return true
  }

  /** All that is served, with the nodes that serve it now. */
  frontends({ present, eligible }: BalancedNodes): readonly BalancedFrontend[] {
    return [...this.#claims.values()].flat().map(({ policy, ready, answering, ...frontend }) => ({
      ...frontend,
      nodes: policy === 'Local' ? eligible.flatMap((node) => Array<string>(ready.get(node) ?? 0).fill(node)) : eligible,
      keepers: policy === 'Local' ? present.filter((node) => answering.has(node)) : present,
    }))
  }

  #claimsOf(name: string): readonly Claim[] {
    const slices = this.#slices.get(name) ?? []
    return (this.#state.settled(name).forwarding?.ports ?? []).flatMap((served): readonly Claim[] => {
      const { servicePort, affinitySeconds, family, frontends } = served
      const portName = servicePort.slice(servicePort.indexOf(':') + 1)
      return frontends.flatMap(({ address, kind, protocol, port, policy }) =>
        address === undefined || kind === 'cluster-ip' || !this.#isOfPool(address)
          ? []
          : {
              servicePort,
              affinitySeconds,
              address,
              protocol,
              port,
              policy,
              ...answerers(slices, family, portName, protocol),
            },
      )
    })
  }

  #isOfPool(address: string): boolean {
    return this.#pool.some((range) => containsAddress(range, parseAddress(address)))
  }
}

/**
 * Nodes with ready endpoints; if there is none anywhere, those with endpoints that still serve while they end. Each counts
 * once, however many endpoints it has, as with other load balancers; but where some weigh more than others, as much as its
 * own weigh together.
 */
function answerers(
  slices: readonly EndpointSlice[],
  family: IpFamily,
  portName: string,
  protocol: Protocol,
): Pick<Claim, 'ready' | 'answering'> {
  const endpoints = endpointsOf(slices, family, portName, protocol)
  const on = (some: typeof endpoints) => {
    const weights = new Map<string, number>()
    for (const { nodeName, weight } of some)
      if (nodeName !== undefined) weights.set(nodeName, (weights.get(nodeName) ?? 0) + weight)
    const isWeighed = some.some(({ weight }) => weight !== 1)
    return isWeighed ? reduced(weights) : new Map([...weights.keys()].map((node) => [node, 1]))
  }
  const ready = on(endpoints.filter((endpoint) => endpoint.ready))
  const answering = on(endpoints.filter(({ ready, serving, terminating }) => ready || (serving && terminating)))
  return { ready: ready.size > 0 ? ready : answering, answering: new Set(answering.keys()) }
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
/** The same shares in the least numbers. */
const reduced = (weights: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const divisor = [...weights.values()].reduce(gcd, 0)
  return new Map([...weights].map(([node, weight]) => [node, weight / divisor]))
}
