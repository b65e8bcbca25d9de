import assert from 'node:assert/strict'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import type { ServiceFault } from '#reconciler/services/service-fault.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import {
  type Answer,
  addressOf,
  FAMILIES,
  type Family,
  NODES,
  type Place,
  POD_PORT,
  placePath,
  Topology,
} from './topology.ts'

type Node = (typeof NODES)[number]

/** A Service, dual-stack, whose endpoints all answer at POD_PORT. */
export interface Given {
  readonly spec?: object
  /** One, 80, if not told. */
  readonly ports?: readonly {
    readonly port: number
    readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
    readonly nodePort?: number
    readonly name?: string
  }[]
  /** Ready ones, where nothing else is told. */
  readonly endpoints?: readonly (Place | GivenEndpoint)[]
  /** Ingress addresses of the load balancer. */
  readonly vip?: readonly string[]
  readonly created?: string
}

export interface GivenEndpoint {
  readonly on: Place
  readonly ready?: boolean
  readonly serving?: boolean
  readonly terminating?: boolean
  readonly hints?: object
}

/** The ClusterIP of a Service by its number; and addresses of a load balancer, and external ones. */
export const ip = (family: Family, number: number) => (family === 4 ? `10.96.0.${number}` : `fd00:10:96::${number}`)
export const vip = (family: Family, number: number) => (family === 4 ? `203.0.113.${number}` : `fd00:203::${number}`)
export const xip = (family: Family, number: number) => (family === 4 ? `198.51.100.${number}` : `fd00:198::${number}`)

/** Who answered; it is an error if nobody did. */
export function podOf(answer: Answer): Place {
  assert.ok('pod' in answer, JSON.stringify(answer))
  return answer.pod as Place
}

/**
 * The two nodes of the topology (n1 in zone a, n2 in zone b), each with a proxy over its kernel, and pods that answer.
 */
export class TwoNodes {
  readonly proxies: ServiceProxy[] = []
  readonly tables: Nftables[] = []
  readonly faults: ServiceFault[] = []
  readonly #closers: (() => void)[] = []
  readonly #topology = Topology.create()

  static async create(): Promise<TwoNodes> {
    const nodes = new TwoNodes()
    try {
      await nodes.#topology.serve()
      for (const name of NODES) nodes.start(name)
    } catch (error) {
      nodes.stop()
      throw error
    }
    return nodes
  }

  /** Starts a node's proxy, as a new process would, over what the one before has left. */
  start(name: Node, options: { readonly synced?: Promise<unknown> } = {}): ServiceProxy {
    const index = NODES.indexOf(name)
    this.proxies[index]?.stop()
    const nftables = openNftables(placePath(name))
    const conntrack = openConntrack(placePath(name))
    this.#closers.push(
      () => nftables.close(),
      () => conntrack.close(),
    )
    const proxy = createServiceProxy({
      node: {
        name,
        zone: name === 'n1' ? 'a' : 'b',
        nodeAddresses: FAMILIES.map((family) => addressOf(name, family)),
        podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
        ownPods: FAMILIES.map((family) => ({
          cidr: family === 4 ? `10.244.${name[1]}.0/24` : `fd00:10:244:${name[1]}::/64`,
          masqueradeAs: addressOf(name, family),
        })),
        serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
      },
      kernel: { nftables, conntrack },
      onFault: (fault) => this.faults.push(fault),
      ...options,
    })
    this.tables[index] = nftables
    this.proxies[index] = proxy
    return proxy
  }

  /** Tells every node of a Service, or that it is gone. It is written within the tick, or by flush(). */
  give(name: string, number: number, given: Given | undefined): void {
    const key = { namespace: 'default', name }
    const [service, slices] = given === undefined ? [undefined, []] : objects(key, number, given)
    for (const proxy of this.proxies) proxy.serviceChanged(key, service, slices)
  }

  flush(): void {
    for (const proxy of this.proxies) proxy.flush()
  }

  stop(): void {
    for (const proxy of this.proxies) proxy.stop()
    for (const close of this.#closers) close()
    this.#topology.remove()
  }
}

function objects(
  key: { readonly namespace: string; readonly name: string },
  number: number,
  { spec, ports = [{ port: 80 }], endpoints = [], vip: ingress, created }: Given,
): readonly [Service, readonly EndpointSlice[]] {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...key, creationTimestamp: created ?? '2026-01-01T00:00:00Z' },
    spec: { type: 'ClusterIP', clusterIP: ip(4, number), clusterIPs: [ip(4, number), ip(6, number)], ports, ...spec },
    status: { loadBalancer: { ingress: ingress?.map((address) => ({ ip: address })) } },
  } as unknown as Service
  const slices = FAMILIES.map((family) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    addressType: `IPv${family}`,
    endpoints: endpoints.map((one) => {
      const { on, hints, ...conditions }: GivenEndpoint = typeof one === 'string' ? { on: one } : one
      return {
        addresses: [addressOf(on, family)],
        nodeName: `n${on[1]}`,
        conditions: { ready: true, ...conditions },
        ...(hints === undefined ? {} : { hints }),
      }
    }),
    ports: ports.map((port) => ({ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: POD_PORT })),
  })) as unknown as EndpointSlice[]
  return [service, slices]
}
