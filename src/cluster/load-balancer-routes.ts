import { constants } from 'node:os'
import type { ServiceFeed } from '#agent/service-feed.ts'
import type { Node } from '#api/core-v1.ts'
import type { Informer } from '#client/informer.ts'
import { namespacePath } from '#kernel/namespace.ts'
import type { NetlinkRequest } from '#kernel/netlink/netlink-message.ts'
import { deleteRoute, ROUTE_PROTOCOL, replaceRoute } from '#kernel/rtnetlink/route.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { parseCidr } from '#net/cidr.ts'
import { holds } from '#podnetwork/address-range.ts'
import {
  eligibleNodes,
  type LoadBalancerTargets,
  loadBalancerTargets,
  mergeTargets,
} from '#podnetwork/load-balancer.ts'
import { UNDERLAY_LINK } from '#podnetwork/machine-plan.ts'
import type { ClusterConfig } from './config.ts'

/** After a refusal of the kernel, milliseconds. */
const RETRY_MS = 1000

/**
 * The fabric's routes to load balancer addresses: one a Service's external address, by ECMP to its nodes. Only
 * addresses of the pool are routed.
 */
export class LoadBalancerRoutes {
  readonly #rtnetlink: Rtnetlink
  readonly #link: number
  readonly #pool: ClusterConfig['loadBalancerCidr']
  readonly #nodes: ReadonlyMap<string, readonly [string, string]>
  /** Address → gateways, as the kernel has them. */
  readonly #applied = new Map<string, readonly string[]>()

  /**
   * Reads what an earlier life of ours left in the fabric, so that apply() changes no more than it must. Throws
   * KernelError.
   */
  constructor(config: ClusterConfig) {
    this.#pool = config.loadBalancerCidr
    this.#nodes = new Map(config.nodes.map(({ name, addresses }) => [name, addresses]))
    this.#rtnetlink = Rtnetlink.open(namespacePath(config.fabric.namespace))
    this.#link = this.#rtnetlink.linkIndex(UNDERLAY_LINK)
    for (const { destination, nextHops, protocol } of this.#rtnetlink.routes()) {
      const [address = '', length] = destination.split('/')
      if (protocol !== ROUTE_PROTOCOL || length !== (address.includes(':') ? '128' : '32') || !this.#inPool(address))
        continue
      this.#applied.set(address, nextHops.flatMap(({ gateway }) => gateway ?? []).sort())
    }
  }

  /**
   * Makes the kernel's routes equal to `desired`, by the difference. Throws KernelError for the first that was refused;
   * the others are applied.
   */
  apply(desired: LoadBalancerTargets): void {
    const requests: NetlinkRequest[] = []
    const changes = new Map<NetlinkRequest, { readonly address: string; readonly gateways?: readonly string[] }>()
    const request = (one: NetlinkRequest, address: string, gateways?: readonly string[]) => {
      requests.push(one)
      changes.set(one, { address, gateways })
    }
    const wanted = new Map<string, readonly string[]>()
    for (const [address, nodes] of desired) {
      const family = address.includes(':') ? 1 : 0
      const gateways = nodes.flatMap((node) => this.#nodes.get(node)?.[family] ?? []).sort()
      if (gateways.length > 0 && this.#inPool(address)) wanted.set(address, gateways)
    }
    for (const [address, gateways] of wanted) {
      if (this.#applied.get(address)?.join() === gateways.join()) continue
      const nextHops = gateways.map((gateway) => ({ link: this.#link, gateway }))
      request(replaceRoute({ destination: whole(address), nextHops }), address, gateways)
    }
    for (const address of this.#applied.keys()) {
      if (!wanted.has(address)) request(deleteRoute(whole(address)), address)
    }
    if (requests.length === 0) return
    const refused = this.#rtnetlink.send(requests).filter(({ errno }) => errno !== constants.errno.ESRCH)
    for (const { request } of refused) changes.delete(request)
    for (const { address, gateways } of changes.values()) {
      if (gateways === undefined) this.#applied.delete(address)
      else this.#applied.set(address, gateways)
    }
    // Said once more, to have it as an error.
    for (const { request } of refused.slice(0, 1)) this.#rtnetlink.apply([request])
  }

  close(): void {
    this.#rtnetlink.close()
  }

  #inPool(address: string): boolean {
    return this.#pool.some((range) => holds(parseCidr(range), address))
  }
}

export interface LoadBalancerRoutesOptions {
  readonly config: ClusterConfig
  readonly services: ServiceFeed
  readonly nodes: Informer<Node>
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Keeps the fabric's routes equal to what Services, their endpoints and the nodes ask for. Removes nothing before the
 * caches have synced.
 */
export function keepLoadBalancerRoutes({ config, services, nodes, signal, log }: LoadBalancerRoutesOptions): void {
  const routes = new LoadBalancerRoutes(config)
  const perService = new Map<string, Parameters<Parameters<ServiceFeed['subscribe']>[0]>>()
  let eligible: readonly string[] = []
  let live = false
  let scheduled = false
  let retry: NodeJS.Timeout | undefined

  const apply = () => {
    scheduled = false
    if (signal.aborted) return
    clearTimeout(retry)
    try {
      const targets = [...perService.values()].flatMap(([, service, slices]) =>
        service === undefined ? [] : [loadBalancerTargets(service, slices, eligible)],
      )
      routes.apply(mergeTargets(targets))
    } catch (error) {
      log('load balancer routes were refused, tried again in a second', error)
      retry = setTimeout(apply, RETRY_MS)
      retry.unref()
    }
  }
  const schedule = () => {
    if (!live || scheduled) return
    scheduled = true
    queueMicrotask(apply)
  }
  const nodeChanged = () => {
    const now = eligibleNodes(nodes.lister.list())
    if (now.join() === eligible.join()) return
    eligible = now
    schedule()
  }

  services.subscribe((...event) => {
    const [{ namespace, name }, service] = event
    const key = `${namespace}/${name}`
    // Only what has an external address is kept: a cluster has many Services and few of these.
    const external = service?.spec?.type === 'LoadBalancer' || (service?.spec?.externalIPs ?? []).length > 0
    if (external) perService.set(key, event)
    else if (!perService.delete(key)) return
    schedule()
  })
  nodes.addHandlers({ onAdd: nodeChanged, onUpdate: nodeChanged, onDelete: nodeChanged })
  Promise.all([services.synced, nodes.hasSynced]).then(
    () => {
      live = true
      nodeChanged()
      schedule()
    },
    (error: unknown) => log('load balancer routes wait for caches', error),
  )
  signal.addEventListener('abort', () => {
    clearTimeout(retry)
    routes.close()
  })
}

const whole = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`
