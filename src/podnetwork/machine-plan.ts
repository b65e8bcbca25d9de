import { parseCidr } from '#net/cidr.ts'
import { formatAddress, type IpFamily, parseAddress } from '#net/ip-address.ts'
import { EVERYWHERE, familiesOf, familyOfText, ofFamily, type PerFamily, rangeOfOne } from '#net/per-family.ts'
import { type NetworkPlan, type PlannedRoute, ROUTER_SYSCTLS } from './network-plan.ts'

/** What of a cluster its network follows from. A ClusterConfig is one. */
export interface ClusterNetwork {
  readonly clusterCidr: PerFamily
  readonly serviceCidr: PerFamily
  readonly nodeCidr: PerFamily
  readonly loadBalancerCidr: PerFamily
  readonly egress: boolean
  /** What others do; with `network` among it, nobody here knows a way to any pod. */
  readonly without?: readonly string[]
  readonly host: { readonly addresses: PerFamily; readonly link: string }
  readonly fabric: { readonly addresses: PerFamily }
  readonly nodes: readonly NodeNetwork[]
}

interface NodeNetwork {
  readonly name: string
  /** From 1. */
  readonly number: number
  /** Absent: it is up, and what may go to any node may go there. */
  readonly state?: string | undefined
  readonly addresses: PerFamily
  readonly podCidrs: PerFamily
}

/** The fabric's bridge: every node's uplink and the host's link are ports of it. */
export const UNDERLAY_LINK = 'fl-underlay'
/** A node's link to the underlay. */
export const UPLINK = 'eth0'
/** The fabric's end of the host's link. */
export const HOST_PORT = 'fl-host'

/**
 * Links that others lay on a node get link-local addresses, as on any machine: without one the kernel looks for no neighbour
 * on behalf of what it forwards.
 */
const LINK_LOCALS_OF_OTHERS = ['ipv6/conf/default/addr_gen_mode?', '0'] as const

const leavesNetwork = ({ without = [] }: Pick<ClusterNetwork, 'without'>): boolean => without.includes('network')

/** The nodes to whose pods the way is known: none where others lay the pod network. */
const routedNodes = (cluster: Pick<ClusterNetwork, 'without' | 'nodes'>): readonly NodeNetwork[] =>
  leavesNetwork(cluster) ? [] : cluster.nodes

/** The fabric's port of a node: `fl-node-1`, or `fl-port-12` where the name is none for a link (15 bytes). */
export function nodePortLink({ name, number }: Pick<NodeNetwork, 'name' | 'number'>): string {
  const isTaken = name === 'host' || name === 'underlay' || /^port-\d+$/.test(name)
  return /^[a-z0-9-]{1,12}$/.test(name) && !isTaken ? `fl-${name}` : `fl-port-${number}`
}

/** By a node's name, what the fabric marks a packet with that it sends there: the node's number. */
export const nodeMarks = ({ nodes }: Pick<ClusterNetwork, 'nodes'>): ReadonlyMap<string, number> =>
  new Map(nodes.map(({ name, number }) => [name, number]))

/** A node's mark and this is its routing table in the fabric. */
const NODE_TABLES = 1000

const upOrAll = (nodes: readonly NodeNetwork[]): readonly NodeNetwork[] => {
  const up = nodes.filter(({ state }) => state === undefined)
  return up.length > 0 ? up : nodes
}

/**
 * Every mark up to the highest, and where it leads: to its node, or to one that is up where that is down or gone, as a
 * router does that sees a port without a carrier. A ClusterIP is every node's, and its marks are drawn blindly.
 */
const markedNodes = (nodes: readonly NodeNetwork[]): readonly (readonly [mark: number, node: NodeNetwork])[] => {
  const up = upOrAll(nodes)
  const highest = Math.max(0, ...nodes.map(({ number }) => number))
  return Array.from({ length: highest }, (_, index) => {
    const mark = index + 1
    return [mark, up.find(({ number }) => number === mark) ?? up[index % up.length]!]
  })
}

/**
 * The fabric: router of pods, and load balancer. It knows which node has which pods; a packet to a Service or to a load
 * balancer address gets a node's mark by the rules of `dataplane/balancer/`, and each mark has a table that leads there.
 * Before there are such rules, a Service's address goes to any node.
 */
export function fabricPlan(cluster: ClusterNetwork): NetworkPlan {
  const { nodes } = cluster
  const marked = markedNodes(nodes)
  const up = upOrAll(nodes)
  const routes = routesOf(cluster, (family, own): PlannedRoute[] => {
    const via = (node: NodeNetwork) => ({ link: UNDERLAY_LINK, gateway: own(node.addresses) })
    return [
      underlay(cluster, UNDERLAY_LINK, cluster.fabric.addresses, family),
      // Whatever no node has is refused at once: without these the default route would lead it away, or ARP would keep
      // the client waiting.
      { destination: own(cluster.clusterCidr), nextHops: [] },
      { destination: own(cluster.loadBalancerCidr), nextHops: [] },
      { destination: own(cluster.serviceCidr), nextHops: up.map(via) },
      ...routedNodes(cluster).map((node) => ({ destination: own(node.podCidrs), nextHops: [via(node)] })),
      ...marked.map(([mark, node]) => ({
        destination: EVERYWHERE[family],
        nextHops: [via(node)],
        table: NODE_TABLES + mark,
      })),
      ...(cluster.egress
        ? [
            {
              destination: EVERYWHERE[family],
              nextHops: [{ link: UNDERLAY_LINK, gateway: own(cluster.host.addresses) }],
            },
          ]
        : []),
    ]
  })
  return {
    sysctls: [
      ...ROUTER_SYSCTLS,
      // It only remembers where a connection goes, and judges none: without this it would forget one for a packet that
      // it takes to be out of order.
      ['netfilter/nf_conntrack_tcp_be_liberal?', '1'],
    ],
    links: [
      { name: 'lo', addresses: [] },
      {
        name: UNDERLAY_LINK,
        addresses: [...onNetwork(cluster, cluster.fabric.addresses), ...linkLocals(cluster, cluster.fabric.addresses)],
      },
    ],
    neighbours: [],
    routes,
    rules: marked.map(([mark]) => ({ mark, table: NODE_TABLES + mark })),
  }
}

/**
 * A node: pods of other nodes by way of those nodes, all else by way of the fabric; its own pods' range is unreachable
 * but for the pods that are there.
 */
export function nodePlan(cluster: ClusterNetwork, node: NodeNetwork): NetworkPlan {
  const routes = routesOf(cluster, (family, own): PlannedRoute[] => {
    const fabric = [{ link: UPLINK, gateway: own(cluster.fabric.addresses), onlink: true }]
    return [
      underlay(cluster, UPLINK, node.addresses, family),
      { destination: EVERYWHERE[family], nextHops: fabric },
      { destination: own(cluster.loadBalancerCidr), nextHops: fabric },
      // The way by which the host came: the fabric must see both directions of a connection to know it.
      { destination: rangeOfOne(own(cluster.host.addresses)), nextHops: fabric },
      ...routedNodes(cluster)
        .toSorted((one, other) => Number(other.name === node.name) - Number(one.name === node.name))
        .map((one) => ({
          destination: own(one.podCidrs),
          nextHops: one.name === node.name ? [] : [{ link: UPLINK, gateway: own(one.addresses) }],
        })),
    ]
  })
  return {
    sysctls: [
      ...ROUTER_SYSCTLS.map((one) =>
        leavesNetwork(cluster) && one[0] === LINK_LOCALS_OF_OTHERS[0] ? LINK_LOCALS_OF_OTHERS : one,
      ),
      // Asked by a pod it would note the asker, whoever that claims to be: a pod could fill the table of neighbours,
      // which all of the machine has in common. No pod has to ask, and its link has no address that could be asked for.
      ['ipv4/conf/all/arp_ignore', '1'],
      // kube-proxy's values: a Service's idle connection is forgotten after a day, a half-closed one after an hour.
      ['netfilter/nf_conntrack_tcp_timeout_established?', '86400'],
      ['netfilter/nf_conntrack_tcp_timeout_close_wait?', '3600'],
    ],
    links: [
      { name: 'lo', addresses: [] },
      { name: UPLINK, addresses: [...onNetwork(cluster, node.addresses), ...linkLocals(cluster, node.addresses)] },
    ],
    neighbours: [],
    routes,
  }
}

/**
 * The host's link: it stands on the underlay as a node does, and reaches pods, Services and load balancer addresses by
 * way of the fabric.
 */
export function hostLinkPlan(cluster: ClusterNetwork): NetworkPlan {
  const { link, addresses } = cluster.host
  const routes = routesOf(cluster, (family, own) => [
    underlay(cluster, link, addresses, family),
    ...[cluster.clusterCidr, cluster.serviceCidr, cluster.loadBalancerCidr].map((range) => ({
      destination: own(range),
      nextHops: [{ link, gateway: own(cluster.fabric.addresses), onlink: true }],
      source: own(addresses),
    })),
  ])
  return {
    // On the underlay stand nodes, and pods of a node's network, which may tell anybody there what they like: the host would
    // take its default route from one of them.
    sysctls: ['accept_ra', 'accept_redirects'].map((name) => [`ipv6/conf/${link}/${name}?`, '0'] as const),
    links: [{ name: link, addresses: onNetwork(cluster, addresses) }],
    neighbours: [],
    routes,
  }
}

/** Routes of each of the cluster's families; `own` takes the one of that family. */
const routesOf = (
  { nodeCidr }: ClusterNetwork,
  make: (family: IpFamily, own: (texts: PerFamily) => string) => readonly PlannedRoute[],
): readonly PlannedRoute[] => familiesOf(nodeCidr).flatMap((family) => make(family, (texts) => ofFamily(texts, family)))

/** The way to all that stand on the underlay. It comes first: by it other routes know that their gateways are on the link. */
const underlay = (
  { nodeCidr }: ClusterNetwork,
  link: string,
  addresses: PerFamily,
  family: IpFamily,
): PlannedRoute => ({
  destination: ofFamily(nodeCidr, family),
  nextHops: [{ link }],
  source: ofFamily(addresses, family),
})

function onNetwork({ nodeCidr }: ClusterNetwork, addresses: PerFamily): readonly string[] {
  return addresses.map((address) => `${address}/${parseCidr(ofFamily(nodeCidr, familyOfText(address))).prefix}`)
}

/**
 * Neighbour discovery speaks from a link-local address when it asks for a forwarded packet: fe80:: and the machine's
 * place in the range.
 */
function linkLocals({ nodeCidr }: ClusterNetwork, addresses: PerFamily): readonly string[] {
  return addresses
    .filter((address) => familyOfText(address) === 'IPv6')
    .map((address) => {
      const offset = parseAddress(address).value - parseCidr(ofFamily(nodeCidr, 'IPv6')).address.value
      const low = offset & ((1n << 64n) - 1n)
      return `${formatAddress({ family: 'IPv6', value: (0xfe80n << 112n) | low })}/64`
    })
}
