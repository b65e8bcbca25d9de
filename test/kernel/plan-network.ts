import { createSocket, type Socket as DgramSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createNetworkNamespace, deleteNamespace, namespacePath, withNamespace } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import {
  clusterIp,
  externalIp,
  type FamilyIndex,
  ingressIp,
  NODE_NAMES,
  nodeAddress,
  OTHER_ADDRESS,
  outside,
  podAddress,
  UNASSIGNED,
  WORLD,
} from '../property/plan.ts'
import { itself, plain } from './exchange.ts'
import { ip } from './topology.ts'

/**
 * The addresses of the generated clusters as namespaces: n1 is a star's centre and routes for everybody, pods of other
 * nodes and other nodes themselves included, so that whatever is sent meets its rules, and so that no answer goes past
 * it. Who may be a client has a namespace of its own: it may be its own backend too.
 */
interface Place {
  readonly name: string
  readonly addresses: (family: FamilyIndex) => readonly string[]
}

const FAMILIES = [0, 1] as const
const PREFIX = 'fl-plan-'
/** Pods of the crowd: of those of n1 any of the first three may be a client. */
const CROWD = Array.from({ length: 20 }, (_, index) => ({ node: NODE_NAMES[index % 3] as string, pod: 20 + index }))
const isClient = ({ node, pod }: (typeof CROWD)[number]) => node === 'n1' && pod < 29
const PODS = [...NODE_NAMES.flatMap((node) => [0, 1, 2].map((pod) => ({ node, pod }))), ...CROWD.filter(isClient)]

const PLACES: readonly Place[] = [
  ...PODS.map(({ node, pod }) => ({
    name: `${node}-${pod}`,
    addresses: (family: FamilyIndex) => [podAddress(node, pod, family)],
  })),
  {
    name: 'crowd',
    addresses: (family) => CROWD.filter((one) => !isClient(one)).map(({ node, pod }) => podAddress(node, pod, family)),
  },
  ...['n2', 'n3'].map((name) => ({ name, addresses: (family: FamilyIndex) => [nodeAddress(name, family)] })),
  { name: 'outside', addresses: (family) => [0, 1, 2].map((number) => outside(number, family)) },
  {
    // Whatever is not answered for goes there, and is answered: what should have been dropped, too.
    name: 'world',
    addresses: (family) => [
      WORLD[family],
      UNASSIGNED[family],
      ...[0, 1].flatMap((number) => [externalIp(number, family), ingressIp(number, family)]),
      ...[0, 1, 2, 3, 4, 5].map((number) => clusterIp(number, family)),
    ],
  },
]
const NODE: Place = { name: 'n1', addresses: (family) => [nodeAddress('n1', family), OTHER_ADDRESS[family]] }

/** Every port that a packet of the plan may be sent to, and every port of an endpoint. */
export const PORTS: readonly number[] = [
  ...[80, 81, 443, 53, 30080, 30081, 30082, 30099],
  ...[8080, 8090, 8100].flatMap((first) => [first, first + 1, first + 2]),
]

/** Which server was met, and whom it saw. */
export interface Met {
  readonly address: string
  readonly port: number
  readonly source: string
}

export class PlanNetwork {
  readonly node = namespacePath(`${PREFIX}n1`)
  /** All addresses, each with the path of its namespace. */
  readonly paths = new Map<string, string>()
  readonly #servers: (Server | DgramSocket)[] = []
  readonly #accepted = new Set<Socket>()

  static create(): PlanNetwork {
    const network = new PlanNetwork()
    try {
      network.#lay()
    } catch (error) {
      network.remove()
      throw error
    }
    return network
  }

  #lay(): void {
    for (const place of [NODE, ...PLACES]) {
      const path = createNetworkNamespace(`${PREFIX}${place.name}`)
      for (const family of FAMILIES) for (const address of place.addresses(family)) this.paths.set(address, path)
      const both = (setting: string, value: string) =>
        ['all', 'default'].map((device) => [setting.replace('*', device), value] as const)
      writeSysctls(path, [
        ...both('ipv6/conf/*/accept_dad', '0'),
        ...both('ipv6/conf/*/accept_redirects', '0'),
        ...both('ipv4/conf/*/rp_filter', '0'),
        ['ipv6/conf/default/addr_gen_mode', '1'],
        ...(place === NODE
          ? ([
              ['ipv4/ip_forward', '1'],
              ['ipv6/conf/all/forwarding', '1'],
              ...both('ipv4/conf/*/send_redirects', '0'),
              // Every refusal must be heard: no kind of message is held back, neither for a client nor for all.
              ['ipv4/icmp_ratelimit', '0'],
              ['ipv4/icmp_ratemask', '0'],
              ['ipv6/icmp/ratelimit', '0'],
              ['ipv6/icmp/ratemask?', ''],
            ] as const)
          : []),
      ])
    }
    ip(`${PREFIX}n1`, ['link set lo up', ...PLACES.flatMap((place, index) => this.#link(place, index))])
    for (const place of PLACES)
      ip(`${PREFIX}${place.name}`, [
        'link set lo up',
        'link set eth0 arp off up',
        ...FAMILIES.flatMap((family) =>
          place.addresses(family).map((address) => `address add ${host(address)} dev eth0${family ? ' nodad' : ''}`),
        ),
        'route add default dev eth0',
        'route add ::/0 dev eth0',
      ])
  }

  /** Both ends have one address of the link layer and ask for none: no packet waits for a neighbour. */
  #link({ name, addresses }: Place, index: number): readonly string[] {
    const mac = `02:00:00:00:00:${(index + 1).toString(16).padStart(2, '0')}`
    const device = `v${index}`
    const own = name === 'world' ? NODE.addresses : (family: FamilyIndex) => NODE.addresses(family).slice(0, 1)
    return [
      `link add ${device} address ${mac} type veth peer name eth0 address ${mac} netns ${PREFIX}${name}`,
      `link set ${device} arp off up`,
      // On each link: a translated source is an address of the link by which a packet leaves.
      ...FAMILIES.flatMap((family) =>
        own(family).map((address) => `address add ${host(address)} dev ${device}${family ? ' nodad' : ''}`),
      ),
      ...(name === 'world'
        ? [`route add default dev ${device}`, `route add ::/0 dev ${device}`]
        : FAMILIES.flatMap((family) => addresses(family).map((address) => `route add ${host(address)} dev ${device}`))),
    ]
  }

  /**
   * Answers on every address and port, TCP and UDP, with the address and port that was reached and the address that was
   * seen. `onDatagram` is told what came where, answered or not.
   */
  async serve(onDatagram: (text: string, met: Met) => void): Promise<void> {
    const listening: Promise<unknown>[] = []
    const answer = (met: Met) => `${met.address} ${met.port} ${met.source}`
    const listen = (port: number) => {
      const server = createServer((socket) => {
        this.#accepted.add(socket)
        socket.on('close', () => this.#accepted.delete(socket))
        socket.on('error', () => {})
        const { localAddress, localPort = 0, remoteAddress } = socket
        // One that was reset in the queue has no addresses any more.
        if (remoteAddress !== undefined)
          socket.write(answer({ address: plain(localAddress), port: localPort, source: plain(remoteAddress) }))
      })
      listening.push(once(server, 'listening'))
      server.listen({ port, backlog: 1024 })
      this.#servers.push(server)
    }
    const bind = (address: string, port: number) => {
      const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', lookup: itself as never })
      socket.on('message', (bytes, { address: source, port: clientPort }) => {
        const met = { address, port, source }
        onDatagram(bytes.toString(), met)
        socket.send(answer(met), clientPort, source)
      })
      listening.push(once(socket, 'listening'))
      socket.bind(port, address)
      this.#servers.push(socket)
    }
    for (const place of [NODE, ...PLACES]) {
      if (place.name === 'outside') continue
      withNamespace(namespacePath(`${PREFIX}${place.name}`), () => {
        for (const port of PORTS) {
          listen(port)
          // A server of several addresses would answer from the one that it likes best.
          for (const family of FAMILIES) for (const address of place.addresses(family)) bind(address, port)
        }
      })
    }
    await Promise.all(listening)
  }

  remove(): void {
    for (const server of this.#servers.splice(0)) server.close()
    for (const socket of this.#accepted) socket.destroy()
    for (const { name } of [NODE, ...PLACES]) deleteNamespace(namespacePath(`${PREFIX}${name}`))
  }
}

const host = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`
