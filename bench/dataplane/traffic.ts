import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { Service } from '#forwarding/forward-service.ts'
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { POD_LINKS } from '#podnetwork/pod-plan.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { compileProgram } from '../load/compile.ts'
import { median, quantile } from './measure.ts'
import { POD_PORT, SERVICE_CIDRS, SERVICE_PORT, serviceOf, slicesOf } from './services.ts'

/**
 * One node, a client pod and three server pods on routed veths, with so many Services loaded; the last of them is the
 * servers'.
 */
const SERVERS = ['pod1', 'pod2', 'pod3'] as const
const NODE_ADDRESS = '172.30.0.2'
const NODE_PORT = 30080
const CLUSTER_IP = '10.111.255.1'
/** The client has many addresses, so that each connection of a run has a tuple of its own. */
const CLIENT = '10.255.1.1'
const CLIENT_ADDRESSES = 64
/** As in a cluster: the node's ends of the links have no addresses, and nobody asks for a MAC. */
const NEXT_HOP = '169.254.1.1'
const NODE_END_MAC = '0a:58:00:00:00:01'
const POD_MAC = '0a:58:00:00:00:02'

/** Stands for a node whose rules are constants: what translation and masquerade cost, whoever does them. */
export const NO_SERVICES = 0

const serverAddress = (index: number) => `10.255.0.${index + 1}`

/** The least that does what is measured, for this one Service. */
const twoRules = (): string => {
  const servers = SERVERS.map((_, index) => `${index} : ${serverAddress(index)}`).join(', ')
  const to = `dnat to numgen random mod ${SERVERS.length} map { ${servers} } : ${POD_PORT}`
  return `table ip constants {
  chain prerouting { type nat hook prerouting priority -100;
    ip daddr ${CLUSTER_IP} tcp dport ${SERVICE_PORT} ${to}
    ip daddr ${NODE_ADDRESS} tcp dport ${NODE_PORT} ${to}
  }
  chain postrouting { type nat hook postrouting priority 100;
    ct original ip daddr ${NODE_ADDRESS} ct status dnat masquerade fully-random
  }
}
`
}

const ip = (namespace: string, lines: readonly string[]): void => {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

class LoadedNode {
  readonly services: number
  readonly #prefix: string
  readonly #closers: (() => void)[] = []
  #connections = 0

  constructor(services: number) {
    this.services = services
    this.#prefix = `bench-${services}`
    try {
      this.#lay()
      this.#load()
    } catch (error) {
      this.remove()
      throw error
    }
  }

  #name(place: string): string {
    return `${this.#prefix}-${place}`
  }

  #lay(): void {
    const node = this.#name('node')
    for (const place of ['node', 'client', ...SERVERS]) {
      createNetworkNamespace(this.#name(place))
      this.#closers.unshift(() => deleteNamespace(namespacePath(this.#name(place))))
      ip(this.#name(place), ['link set lo up'])
    }
    writeSysctls(namespacePath(node), [['ipv4/ip_forward', '1']])
    ip(node, [`address add ${NODE_ADDRESS}/32 dev lo`])
    const pods = [...SERVERS.map((name, index) => ({ name: name as string, address: serverAddress(index) }))]
    for (const { name, address } of [...pods, { name: 'client', address: CLIENT }]) {
      const all = name === 'client' ? '10.255.1.0/24' : `${address}/32`
      ip(node, [
        `link add ${POD_LINKS}${name} type veth peer name eth0 address ${POD_MAC} netns ${this.#name(name)}`,
        `link set ${POD_LINKS}${name} address ${NODE_END_MAC} up`,
        `route add ${all} dev ${POD_LINKS}${name} src ${NODE_ADDRESS}`,
      ])
      const addresses =
        name === 'client' ? Array.from({ length: CLIENT_ADDRESSES }, (_, index) => `10.255.1.${index + 1}`) : [address]
      ip(
        node,
        addresses.map((one) => `neighbour add ${one} lladdr ${POD_MAC} dev ${POD_LINKS}${name} nud permanent`),
      )
      ip(this.#name(name), [
        'link set eth0 up',
        ...addresses.map((one) => `address add ${one}/32 dev eth0`),
        `neighbour add ${NEXT_HOP} lladdr ${NODE_END_MAC} dev eth0 nud permanent`,
        `route add default via ${NEXT_HOP} dev eth0 onlink`,
      ])
    }
  }

  #load(): void {
    const path = namespacePath(this.#name('node'))
    const nftables = openNftables(path)
    if (this.services === NO_SERVICES) {
      nftables.run(twoRules())
      nftables.close()
      return
    }
    const conntrack = openConntrack(path)
    const proxy = createServiceProxy({
      node: {
        name: 'n1',
        zone: undefined,
        nodeAddresses: [NODE_ADDRESS, 'fd00:172:30::2'],
        podCidrs: ['10.128.0.0/9', 'fd00:10:244::/48'],
        serviceCidrs: SERVICE_CIDRS,
        ownPods: [{ cidr: '10.255.0.0/16', masqueradeAs: NODE_ADDRESS }],
      },
      kernel: { nftables, conntrack },
    })
    const key = (number: number) => ({ namespace: 'bench', name: `s${number}` })
    for (let number = 0; number < this.services - 1; number++)
      proxy.serviceChanged(key(number), serviceOf(number, 'ipv4'), slicesOf(number, 'ipv4'))
    const last = this.services - 1
    const service = serviceOf(last, 'ipv4')
    const own: Service = {
      ...service,
      spec: {
        ...service.spec,
        type: 'NodePort',
        clusterIP: CLUSTER_IP,
        clusterIPs: [CLUSTER_IP],
        ports: service.spec?.ports?.map((port) => ({ ...port, nodePort: NODE_PORT })),
      },
    }
    const slices = slicesOf(last, 'ipv4').map((slice) => ({
      ...slice,
      endpoints: slice.endpoints?.map((endpoint, index) => ({ ...endpoint, addresses: [serverAddress(index)] })),
    }))
    proxy.serviceChanged(key(last), own, slices)
    proxy.flush()
    const { failed } = proxy.state()
    proxy.stop()
    conntrack.close()
    nftables.close()
    if (failed.length > 0) throw new Error(`the kernel refused: ${JSON.stringify(failed[0])}`)
  }

  /** Answers in all server pods for so long; resolves when it listens. */
  serve(program: string, seconds: number): Promise<void> {
    const paths = SERVERS.map((name) => namespacePath(this.#name(name)))
    const child = spawn(program, ['serve', String(seconds), String(POD_PORT), ...paths], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#closers.unshift(() => child.kill('SIGKILL'))
    return new Promise((resolve, reject) => {
      child.stdout.once('data', () => resolve())
      child.once('error', reject)
      child.once('exit', (status) => reject(new Error(`the server ended with ${status}`)))
    })
  }

  connect(program: string, path: Path, connections: number, concurrency: number): Window {
    const targets: Record<Path, readonly string[]> = {
      direct: SERVERS.map((_, index) => `${serverAddress(index)}:${POD_PORT}`),
      clusterip: [`${CLUSTER_IP}:${SERVICE_PORT}`],
      nodeport: [`${NODE_ADDRESS}:${NODE_PORT}`],
    }
    const numbers = [LIMIT_SECONDS, connections, concurrency, this.#connections].map(String)
    this.#connections += connections
    const client = namespacePath(this.#name('client'))
    const { stdout, stderr, status } = spawnSync(
      program,
      ['connect', client, ...numbers, CLIENT, String(CLIENT_ADDRESSES), ...targets[path]],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`the load generator failed: ${stderr}`)
    const window = JSON.parse(stdout) as { connections: number; failed: number; seconds: number; p50_us: number }
    if (window.failed > 0)
      throw new Error(`${window.failed} of ${connections} connections failed (${path}, ${this.services} Services)`)
    return { rate: window.connections / window.seconds, p50_us: window.p50_us }
  }

  remove(): void {
    for (const close of this.#closers.splice(0)) close()
  }
}

const PATHS = ['direct', 'clusterip', 'nodeport'] as const
type Path = (typeof PATHS)[number]

interface Window {
  readonly rate: number
  readonly p50_us: number
}

const LIMIT_SECONDS = 20
const CONCURRENCY = 64
const QUIET = 0.875

interface TrafficResult {
  readonly services: number
  /** Connections a second. */
  readonly direct_rate: number
  readonly clusterip_ratio: number
  readonly nodeport_ratio: number
  /** The same of each path's fastest quarter of windows: what others on the machine do can only slow a window down. */
  readonly clusterip_quiet_ratio: number
  readonly nodeport_quiet_ratio: number
  /** Microseconds from connect() to its answer, one connection at a time. */
  readonly direct_us: number
  readonly clusterip_us: number
  readonly nodeport_us: number
}

/**
 * Connections a second and first-packet latency, through ClusterIP and NodePort and directly to the same pods over the
 * same node, in short windows one after the other: each round visits every size and path, in an order that turns. A
 * ratio is the median of the rounds' own ratios, so that what slows a whole round falls out.
 */
export const measureTraffic = async (
  sizes: readonly number[],
  { rounds, connections }: { readonly rounds: number; readonly connections: number },
): Promise<readonly TrafficResult[]> => {
  const { program, remove } = compileProgram('load')
  const nodes: LoadedNode[] = []
  try {
    for (const size of sizes) nodes.push(new LoadedNode(size))
    for (const node of nodes) await node.serve(program, 900)
    const rates = new Map<string, number[]>()
    const latencies = new Map<string, number[]>()
    const note = (all: Map<string, number[]>, key: string, value: number) =>
      all.set(key, [...(all.get(key) ?? []), value])
    for (let round = -1; round < rounds; round++) {
      for (const node of nodes) {
        for (let turn = 0; turn < PATHS.length; turn++) {
          const path = PATHS[(turn + round + 1) % PATHS.length] as Path
          const { rate } = node.connect(program, path, connections, CONCURRENCY)
          const { p50_us } = node.connect(program, path, Math.ceil(connections / 5), 1)
          // The first round warms caches and neighbour tables.
          if (round < 0) continue
          note(rates, `${node.services} ${path}`, rate)
          note(latencies, `${node.services} ${path}`, p50_us)
        }
      }
    }
    return sizes.map((services) => {
      const of = (all: Map<string, number[]>, path: Path) => all.get(`${services} ${path}`) ?? []
      const ratio = (path: Path) =>
        median(of(rates, path).map((rate, round) => rate / (of(rates, 'direct')[round] ?? Number.NaN)))
      const quiet = (path: Path) => quantile(of(rates, path), QUIET) / quantile(of(rates, 'direct'), QUIET)
      return {
        services,
        direct_rate: median(of(rates, 'direct')),
        clusterip_ratio: ratio('clusterip'),
        nodeport_ratio: ratio('nodeport'),
        clusterip_quiet_ratio: quiet('clusterip'),
        nodeport_quiet_ratio: quiet('nodeport'),
        direct_us: median(of(latencies, 'direct')),
        clusterip_us: median(of(latencies, 'clusterip')),
        nodeport_us: median(of(latencies, 'nodeport')),
      }
    })
  } finally {
    for (const node of nodes) node.remove()
    remove()
  }
}
