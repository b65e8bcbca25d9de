import { execFileSync } from 'node:child_process'
import { createSocket, type Socket as DgramSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { createNetworkNamespace, deleteNamespace, namespacePath, withNamespace } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { connectFrom, exchange, itself, plain } from './exchange.ts'

/**
 * Two nodes, two pods on each (routed veths), and two hosts outside, on one underlay. Everything is a namespace; the
 * test process opens sockets in them directly, so that a thousand connections take a second.
 */
export const NODES = ['n1', 'n2'] as const
export const PODS = ['p11', 'p12', 'p21', 'p22'] as const
const OUTSIDE = ['out1', 'out2'] as const
export type Place = (typeof NODES)[number] | (typeof PODS)[number] | (typeof OUTSIDE)[number]
export type Family = 4 | 6
export const FAMILIES = [4, 6] as const
export const POD_PORT = 8080

const POD_MAC = '02:00:00:00:02:00'
const FABRIC = 'fl-fabric'
const name = (place: Place) => `fl-${place}`
export const placePath = (place: Place) => namespacePath(name(place))

/** `p12` → 10.244.1.12, fd00:10:244:1::12; `n1` → 172.30.0.2; `out1` → 172.30.0.101. */
export function addressOf(place: Place, family: Family): string {
  const digits = place.replace(/\D/g, '')
  if (place.startsWith('p'))
    return family === 4 ? `10.244.${digits[0]}.${digits}` : `fd00:10:244:${digits[0]}::${digits}`
  const host = place.startsWith('n') ? Number(digits) + 1 : 100 + Number(digits)
  return family === 4 ? `172.30.0.${host}` : `fd00:172:30::${host}`
}

const ROUTED = {
  4: ['10.96.0.0/16', '203.0.113.0/24', '198.51.100.0/24'],
  6: ['fd00:10:96::/112', 'fd00:203::/64', 'fd00:198::/64'],
}

export class Topology {
  readonly #servers: (Server | DgramSocket)[] = []
  readonly #accepted = new Set<Socket>()

  static create(): Topology {
    const topology = new Topology()
    try {
      topology.#lay()
    } catch (error) {
      topology.remove()
      throw error
    }
    return topology
  }

  #lay(): void {
    createNetworkNamespace(FABRIC)
    for (const place of [...NODES, ...PODS, ...OUTSIDE]) createNetworkNamespace(name(place))
    for (const place of [...NODES, ...PODS, ...OUTSIDE])
      writeSysctls(placePath(place), [
        ['ipv6/conf/all/accept_dad', '0'],
        ['ipv6/conf/default/accept_dad', '0'],
        ['ipv6/conf/default/addr_gen_mode', '1'],
      ])
    for (const node of NODES)
      writeSysctls(placePath(node), [
        ['ipv4/ip_forward', '1'],
        ['ipv6/conf/all/forwarding', '1'],
        ['ipv4/conf/all/rp_filter', '0'],
        ['ipv4/conf/default/rp_filter', '0'],
        // Redirects and refusals share a rate limit for each address: a test must see every refusal.
        ['ipv4/conf/all/send_redirects', '0'],
        ['ipv4/conf/default/send_redirects', '0'],
        ['ipv4/icmp_ratelimit', '0'],
        ['ipv6/icmp/ratelimit', '0'],
      ])
    ip(FABRIC, ['link add lan type bridge mcast_snooping 0', 'link set lan up'])
    const hosts = [...NODES, ...OUTSIDE]
    const mac = (place: (typeof hosts)[number]) => `02:00:00:00:01:0${hosts.indexOf(place)}`
    for (const place of hosts) {
      ip(FABRIC, [
        `link add ${place} type veth peer name eth0 address ${mac(place)} netns ${name(place)}`,
        `link set ${place} master lan up`,
      ])
      ip(name(place), [
        'link set lo up',
        'link set eth0 up',
        `address add ${addressOf(place, 4)}/24 dev eth0`,
        `address add ${addressOf(place, 6)}/64 dev eth0 nodad`,
        // Neighbours are known: a solicitation that gets lost, as the first on a new bridge do, would cost a second.
        ...hosts
          .filter((other) => other !== place)
          .flatMap((other) =>
            FAMILIES.map((family) => `neighbour add ${addressOf(other, family)} lladdr ${mac(other)} dev eth0`),
          ),
      ])
    }
    for (const node of NODES) {
      const other = node === 'n1' ? 'n2' : 'n1'
      const number = other.slice(1)
      ip(name(node), [
        `route add 10.244.${number}.0/24 via ${addressOf(other, 4)}`,
        `route add fd00:10:244:${number}::/64 via ${addressOf(other, 6)}`,
        `route add default via ${addressOf('out1', 4)}`,
        `route add ::/0 via ${addressOf('out1', 6)}`,
      ])
    }
    for (const pod of PODS) {
      const node = `n${pod[1]}` as Place
      ip(name(node), [
        // One address of the link layer for both ends, and nobody asks for it.
        `link add ${pod} address ${POD_MAC} type veth peer name eth0 address ${POD_MAC} netns ${name(pod)}`,
        `link set ${pod} arp off up`,
        `address add 169.254.1.1/32 dev ${pod}`,
        `address add fe80::1/64 dev ${pod} nodad`,
        `route add ${addressOf(pod, 4)} dev ${pod}`,
        `route add ${addressOf(pod, 6)} dev ${pod}`,
      ])
      ip(name(pod), [
        'link set lo up',
        'link set eth0 arp off up',
        `address add ${addressOf(pod, 4)}/32 dev eth0`,
        `address add ${addressOf(pod, 6)}/128 dev eth0 nodad`,
        'route add 169.254.1.1 dev eth0',
        'route add default via 169.254.1.1 dev eth0',
        'route add ::/0 via fe80::1 dev eth0',
      ])
    }
    for (const host of OUTSIDE)
      ip(name(host), [
        ...ROUTED[4].map((cidr) => `route add ${cidr} via ${addressOf('n1', 4)}`),
        ...ROUTED[6].map((cidr) => `route add ${cidr} via ${addressOf('n1', 6)}`),
      ])
  }

  /** Each pod answers on TCP and UDP port 8080 with its name and the client's address. */
  async serve(pods: readonly Place[] = PODS): Promise<void> {
    const listening: Promise<unknown>[] = []
    for (const pod of pods) {
      withNamespace(placePath(pod), () => {
        const server = createServer((socket) => {
          this.#accepted.add(socket)
          socket.on('close', () => this.#accepted.delete(socket))
          socket.on('error', () => {})
          socket.write(`${pod} ${plain(socket.remoteAddress)}`)
          socket.on('data', (bytes) => socket.write(`${pod}:${bytes}`))
        })
        listening.push(new Promise((resolve) => server.once('listening', resolve)))
        server.listen(POD_PORT)
        this.#servers.push(server)
        const udp = createSocket({ type: 'udp6', lookup: itself as never })
        udp.on('message', (_, { address, port }) => udp.send(`${pod} ${plain(address)}`, port, address))
        listening.push(new Promise((resolve) => udp.once('listening', resolve)))
        udp.bind(POD_PORT)
        this.#servers.push(udp)
      })
    }
    await Promise.all(listening)
  }

  remove(): void {
    for (const server of this.#servers.splice(0)) server.close()
    for (const socket of this.#accepted) socket.destroy()
    for (const place of [...PODS, ...NODES, ...OUTSIDE]) deleteNamespace(placePath(place))
    deleteNamespace(namespacePath(FABRIC))
  }
}

export function ip(namespace: string, lines: readonly string[]): void {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], { input: lines.join('\n'), stdio: ['pipe', 'ignore', 'pipe'] })
}

/** What a client met: who answered and whom it took the client for, or how it was refused. */
export type Answer =
  | { readonly pod: string; readonly client: string }
  | { readonly refused: 'reset' | 'unreachable' | 'silence' | 'forbidden' }

const REFUSALS: Record<string, 'reset' | 'unreachable' | 'forbidden'> = {
  ECONNREFUSED: 'reset',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EPERM: 'forbidden',
}

/** One connection from `from`. */
export async function ask(
  from: Place,
  protocol: 'tcp' | 'udp',
  address: string,
  port: number,
  { timeout = 300, localPort }: { readonly timeout?: number; readonly localPort?: number } = {},
): Promise<Answer> {
  const result = await exchange(placePath(from), { protocol, address, port, sourcePort: localPort }, timeout)
  if (result.kind === 'silence') return { refused: 'silence' }
  if (result.kind === 'error') return { refused: REFUSALS[result.code] ?? (result.code as never) }
  const [pod = '', client = ''] = result.text.split(' ')
  return { pod, client }
}

/** A TCP connection that stays: who answered, and `say`, which gives the answer to a line. */
export function hold(from: Place, address: string, port: number) {
  return new Promise<{ readonly pod: string; say(text: string): Promise<string>; close(): void }>((resolve, reject) => {
    const socket = connectFrom(placePath(from), { address, port })
    const next = () =>
      new Promise<string>((got, failed) => {
        const timer = setTimeout(() => failed(new Error('no answer in a second')), 1000)
        socket.once('error', failed)
        socket.once('data', (bytes) => {
          clearTimeout(timer)
          socket.off('error', failed)
          got(bytes.toString())
        })
      })
    const say = (text: string) => {
      const answer = next()
      socket.write(text)
      return answer
    }
    next().then(
      (first) => resolve({ pod: first.split(' ')[0] ?? '', say, close: () => socket.resetAndDestroy() }),
      reject,
    )
  })
}
