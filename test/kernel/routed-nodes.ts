import { execFile, execFileSync } from 'node:child_process'
import { createSocket, type Socket as DgramSocket } from 'node:dgram'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PodLinks } from '#agent/parts/network/pod-links.ts'
import { routes } from '#agent/parts/routes/routes-part.ts'
import { type AgentNode, kernelAt } from '#agent/runner/agent-node.ts'
import { Parts } from '#agent/runner/parts.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath, withNamespace } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import type { PerFamily } from '#net/per-family.ts'
import { exchange, itself, plain } from './exchange.ts'
import { ip } from './topology.ts'

/**
 * Three nodes with a pod each: n1 and n2 on one link, n3 behind a router that knows no pod; and a host outside of the
 * cluster, behind the same router. The parts `routes` of all three run here, over one API in memory.
 */
export const NODES = ['n1', 'n2', 'n3'] as const
export type NodeName = (typeof NODES)[number]
const PORT = 8080
/** Debian's own starts ten times as fast as a shim in front of it. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
const execFileAsync = promisify(execFile)
const HOSTS: Readonly<Record<NodeName | 'out', PerFamily>> = {
  n1: ['172.30.0.1', 'fd00:30::1'],
  n2: ['172.30.0.2', 'fd00:30::2'],
  n3: ['172.30.1.3', 'fd00:31::3'],
  out: ['198.51.100.1', '2001:db8:51::1'],
}
const ROUTER = {
  lan: ['172.30.0.254/24', 'fd00:30::fe/64'],
  n3: ['172.30.1.254/24', 'fd00:31::fe/64'],
  out: ['198.51.100.254/24', '2001:db8:51::fe/64'],
} as const

const numberOf = (node: NodeName): number => Number(node.slice(1))
export const hostAddress = (host: NodeName | 'out', family: 0 | 1): string => HOSTS[host][family] as string
export const podAddress = (node: NodeName, family: 0 | 1): string =>
  family === 0 ? `10.244.${numberOf(node)}.5` : `fd00:244:0:${numberOf(node)}::5`
const path = (name: string): string => namespacePath(`fl-${name}`)
export const nodePath = (node: NodeName): string => path(node)
export const podPath = (node: NodeName): string => path(`pod-${node}`)

export const run = (at: string, ...command: readonly string[]): string =>
  execFileSync('nsenter', [`--net=${at}`, ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

export const nodeObject = (name: NodeName, more: { addresses?: readonly string[]; annotations?: object } = {}): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: more.annotations ?? {} },
    spec: { podCIDRs: [`10.244.${numberOf(name)}.0/24`, `fd00:244:0:${numberOf(name)}::/64`] },
    status: { addresses: (more.addresses ?? HOSTS[name]).map((address) => ({ type: 'InternalIP', address })) },
  }) as unknown as Node

export class RoutedNodes {
  readonly client = new FakeClient({ clock: systemClock })
  readonly parts = new Map<NodeName, Parts<AgentNode>>()
  readonly stateDir = mkdtempSync(`${tmpdir()}/fl-routed-`)
  readonly logged: string[] = []
  readonly #abort = new AbortController()
  readonly #servers: Server[] = []
  readonly #echoes: DgramSocket[] = []
  readonly #sockets = new Set<Socket>()

  constructor() {
    for (const name of ['router', 'out', ...NODES, ...NODES.map((node) => `pod-${node}`)]) {
      createNetworkNamespace(`fl-${name}`)
      // As on a machine, but that addresses can be used at once.
      if (!name.startsWith('pod-')) writeSysctls(path(name), [['ipv6/conf/default/accept_dad', '0']])
    }
    writeSysctls(path('router'), [
      ['ipv4/ip_forward', '1'],
      ['ipv6/conf/all/forwarding', '1'],
    ])
    ip('fl-router', ['link set lo up', 'link add lan type bridge mcast_snooping 0', 'link set lan up'])
    for (const host of [...NODES, 'out'] as const) {
      ip('fl-router', [`link add ${host} type veth peer name eth0 netns fl-${host}`, `link set ${host} up`])
      const gate = host === 'n1' || host === 'n2' ? 'lan' : host
      if (gate === 'lan') ip('fl-router', [`link set ${host} master lan`])
      else
        ip(
          'fl-router',
          ROUTER[gate].map((address) => `address add ${address} dev ${gate} nodad`),
        )
      ip(`fl-${host}`, [
        'link set lo up',
        'link set eth0 up',
        ...HOSTS[host].map((address, family) => `address add ${address}/${family === 0 ? 24 : 64} dev eth0 nodad`),
        ...ROUTER[gate].map((address) => `route add default via ${address.split('/')[0]}`),
      ])
    }
    ip(
      'fl-router',
      ROUTER.lan.map((address) => `address add ${address} dev lan nodad`),
    )
  }

  /** Pods' links, as large as their nodes say; each pod, and the host outside, tells who asked. */
  async addPods(): Promise<void> {
    for (const node of NODES) {
      const addresses: PerFamily = [podAddress(node, 0), podAddress(node, 1)]
      const links = new PodLinks({
        node: { namespace: path(node), addresses: HOSTS[node] },
        hasIpv6: true,
        mtu: this.parts.get(node)?.find(routes)?.podMtu(),
      })
      const pod = { uid: `pod-of-${node}`, namespace: 'default', name: node, hostname: node, hostNetwork: false }
      links.connect(pod, podPath(node), addresses)
      links.close()
    }
    for (const name of ['out', ...NODES.map((node) => `pod-${node}`)]) await this.#serve(name)
  }

  async #serve(name: string): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.write(`${name} ${plain(socket.remoteAddress)}`)
    })
    this.#servers.push(server)
    const echo = withNamespace(path(name), () => createSocket({ type: 'udp6', lookup: itself as never }).bind(PORT))
    echo.on('message', (bytes, { address, port }) => echo.send(bytes, port, address))
    this.#echoes.push(echo)
    await new Promise<void>((resolve) => withNamespace(path(name), () => void server.listen(PORT, resolve)))
  }

  /** Who answers, and whom it takes us for: `pod-n2 10.244.1.5`. */
  async ask(from: string, address: string): Promise<string> {
    const answer = await exchange(from, { protocol: 'tcp', address, port: PORT }, 2000)
    if (answer.kind === 'answer') return answer.text
    return answer.kind === 'error' ? answer.code : answer.kind
  }

  /** Sends so many bytes by UDP in one packet, and waits for as many: `answered`, or why not. Our servers need this thread. */
  async sendWhole(from: string, address: string, size: number): Promise<string> {
    const script = join(import.meta.dirname, 'large-datagram.py')
    const { stdout } = await execFileAsync('nsenter', [`--net=${from}`, PYTHON, script, address, `${PORT}`, `${size}`])
    return stdout.trim()
  }

  start(name: NodeName, podNetwork: AgentNode['cluster']['podNetwork'] = {}): Parts<AgentNode> {
    const informers = new Informers(this.client, {
      clock: systemClock,
      random: Math.random,
      signal: this.#abort.signal,
    })
    const place: AgentNode = {
      name,
      kernel: kernelAt(path(name)),
      client: this.client,
      clock: systemClock,
      random: () => 0,
      log: (message, error) => this.logged.push(`${name}: ${message}${error ? `: ${(error as Error).message}` : ''}`),
      addresses: HOSTS[name],
      podCidrs: [],
      stateDir: this.stateOf(name),
      podNamespace: (uid) => uid,
      cluster: {
        clusterCidr: [],
        serviceCidr: [],
        loadBalancerCidr: [],
        nodePortAddresses: [],
        clusterDns: [],
        clusterDomain: 'cluster.local',
        allowHostAccess: true,
        stateDir: this.stateDir,
        podNetwork,
      },
    }
    const parts = new Parts({ place, definitions: [routes], sources: { nodes: informers.for(nodes) } })
    this.parts.set(name, parts)
    return parts
  }

  stateOf(name: NodeName): string {
    mkdirSync(`${this.stateDir}/${name}`, { recursive: true })
    return `${this.stateDir}/${name}`
  }

  async remove(): Promise<void> {
    for (const parts of this.parts.values()) await parts.stop()
    this.#abort.abort()
    for (const socket of this.#sockets) socket.destroy()
    for (const server of [...this.#servers, ...this.#echoes]) server.close()
    for (const name of ['router', 'out', ...NODES, ...NODES.map((node) => `pod-${node}`)]) deleteNamespace(path(name))
    rmSync(this.stateDir, { recursive: true, force: true })
  }
}
