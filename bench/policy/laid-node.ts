import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { SERVER_PORT } from './cluster.ts'

const SIDES = ['world', 'pods', 'clients'] as const
export type Side = (typeof SIDES)[number]
const MAC = { node: '0a:58:00:00:00:01', side: '0a:58:00:00:00:02' } as const
const LIMIT_SECONDS = 20

export interface Asked {
  readonly from: string
  readonly to: string
  readonly port: number
}

const ip = (namespace: string, lines: readonly string[]): void => {
  execFileSync('ip', ['-n', namespace, '-batch', '-'], {
    input: lines.join('\n'),
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

/** What lies behind the node's links, addresses of either family; all others are the world's. */
interface Behind {
  readonly pods: readonly string[]
  readonly clients: readonly string[]
}

/** A node between three namespaces on routed veths, each with many addresses: pods that answer, pods that ask, and the world. */
export class LaidNode {
  readonly name: string
  readonly #closers: (() => void)[] = []
  #connections = 0

  constructor(name: string, behind: Behind) {
    this.name = name
    try {
      this.#lay(behind)
    } catch (error) {
      this.remove()
      throw error
    }
  }

  get path(): string {
    return namespacePath(this.#of('node'))
  }

  #of(place: Side | 'node'): string {
    return `bench-${this.name}-${place}`
  }

  #lay(behind: Behind): void {
    for (const place of ['node', ...SIDES] as const) {
      createNetworkNamespace(this.#of(place))
      this.#closers.unshift(() => deleteNamespace(namespacePath(this.#of(place))))
      ip(this.#of(place), ['link set lo up'])
    }
    writeSysctls(this.path, [
      ['ipv4/ip_forward', '1'],
      ['ipv6/conf/all/forwarding', '1'],
    ])
    for (const side of SIDES) {
      ip(this.#of('node'), [
        `link add to-${side} address ${MAC.node} type veth peer name eth0 address ${MAC.side} netns ${this.#of(side)}`,
      ])
      for (const namespace of [this.#of('node'), this.#of(side)])
        writeSysctls(namespacePath(namespace), [['ipv6/conf/all/accept_dad', '0']])
      writeSysctls(namespacePath(this.#of(side)), [
        ['ipv4/ip_nonlocal_bind', '1'],
        ['ipv6/ip_nonlocal_bind', '1'],
      ])
      ip(this.#of('node'), [
        `link set to-${side} up`,
        `neighbour add 169.254.1.1 lladdr ${MAC.side} dev to-${side} nud permanent`,
        `neighbour add fe80::1 lladdr ${MAC.side} dev to-${side} nud permanent`,
      ])
      ip(this.#of(side), [
        'link set eth0 up',
        `neighbour add 169.254.1.1 lladdr ${MAC.node} dev eth0 nud permanent`,
        `neighbour add fe80::1 lladdr ${MAC.node} dev eth0 nud permanent`,
      ])
    }
    const via = (address: string, to: string, dev: string) =>
      `route add ${address} via ${to.includes(':') ? 'fe80::1' : '169.254.1.1'} dev ${dev} onlink`
    ip(this.#of('node'), [
      ...(['pods', 'clients'] as const).flatMap((side) =>
        behind[side].map((address) => via(address, address, `to-${side}`)),
      ),
      via('0.0.0.0/1', '', 'to-world'),
      via('128.0.0.0/1', '', 'to-world'),
      via('::/0', ':', 'to-world'),
    ])
    // A side answers at all of its addresses, though it has none.
    for (const side of ['pods', 'clients'] as const)
      ip(this.#of(side), [
        ...behind[side].map((address) => `route add local ${address} dev lo table main`),
        via('default', '', 'eth0'),
        via('::/0', ':', 'eth0'),
      ])
    ip(this.#of('world'), [
      ...[...behind.pods, ...behind.clients].map((address) => via(address, address, 'eth0')),
      'route add local 0.0.0.0/1 dev lo table main',
      'route add local 128.0.0.0/1 dev lo table main',
      'route add local ::/0 dev lo table main',
    ])
  }

  /** Answers in `pods` for so long, at SERVER_PORT; resolves when it listens. */
  serve(program: string, seconds: number): Promise<void> {
    const args = ['serve', String(seconds), String(SERVER_PORT), namespacePath(this.#of('pods'))]
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#closers.unshift(() => child.kill('SIGKILL'))
    return new Promise((resolve, reject) => {
      child.stdout.once('data', () => resolve())
      child.once('error', reject)
      child.once('exit', (status) => reject(new Error(`the server ended with ${status}`)))
    })
  }

  /** Connections a second from `clients` by addresses of which the first is `source`. */
  connect(
    program: string,
    { connections, concurrency, source, sources, targets }: Load,
  ): { readonly rate: number; readonly p50_us: number } {
    const numbers = [LIMIT_SECONDS, connections, concurrency, this.#connections].map(String)
    this.#connections += connections
    const clients = namespacePath(this.#of('clients'))
    const args = [
      'connect',
      clients,
      ...numbers,
      source,
      String(sources),
      ...targets.map((one) => `${one}:${SERVER_PORT}`),
    ]
    const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`the load generator failed: ${stderr}`)
    const window = JSON.parse(stdout) as { failed: number; seconds: number; p50_us: number }
    if (window.failed > 0) throw new Error(`${window.failed} of ${connections} connections failed (${this.name})`)
    return { rate: connections / window.seconds, p50_us: window.p50_us }
  }

  /**
   * Whether the first packet of each TCP connection comes through: then it is answered, be it by a reset. Each is sent by the
   * side that has the address.
   */
  passes(side: Side, asked: readonly Asked[]): readonly boolean[] {
    if (asked.length === 0) return []
    const program = `
      import { connect } from 'node:net'
      const asked = JSON.parse(process.argv[1])
      const one = ({ from, to, port }) => new Promise((resolve) => {
        const socket = connect({ host: to, port, localAddress: from })
        const end = (answer) => { clearTimeout(timer); socket.destroy(); resolve(answer) }
        const timer = setTimeout(() => end(false), 900)
        socket.once('connect', () => end(true))
        socket.once('error', ({ code, message }) => code === 'ECONNREFUSED' || code === 'ECONNRESET' ? end(true) : end(code + message))
      })
      console.log(JSON.stringify(await Promise.all(asked.map(one))))`
    const args = [`--net=${namespacePath(this.#of(side))}`, process.execPath, '--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync('nsenter', [...args, JSON.stringify(asked)], { encoding: 'utf8' })
    const answers = JSON.parse(stdout || 'null') as readonly (boolean | string)[] | null
    const fault = answers?.find((one) => typeof one === 'string')
    if (answers === null || fault !== undefined) throw new Error(`packets could not be sent: ${fault ?? stderr}`)
    return answers as readonly boolean[]
  }

  remove(): void {
    for (const close of this.#closers.splice(0)) close()
  }
}

interface Load {
  readonly connections: number
  readonly concurrency: number
  readonly source: string
  readonly sources: number
  readonly targets: readonly string[]
}
