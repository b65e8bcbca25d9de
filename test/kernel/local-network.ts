import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { createPodNetwork, type NodePodNetwork } from '#agent/parts/network/pod-network.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { podNamespace } from '#cluster/machines/names.ts'
import { planCluster, type RangeFlags } from '#cluster/ranges/cluster-plan.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { connectTcp, listenTcp } from '#kernel/sockets/socket.ts'
import type { Attachment, PodIdentity } from '#kubelet/pod-network.ts'

/** Set-up that tests of the pod network and of the machines share. */
export const HOME = '/proc/self/ns/net'

export interface Planned {
  readonly config: ClusterConfig
  readonly discard: () => void
}

export function plan(
  name = 'test',
  nodes = 3,
  ranges: RangeFlags = {},
  others: readonly ClusterConfig[] = [],
): Planned {
  const stateDir = mkdtempSync(`${tmpdir()}/fl-test-`)
  const config = planCluster({
    name,
    stateDir,
    nodes,
    loadBalancer: 'pool',
    egress: false,
    ephemeral: true,
    audit: false,
    allowHostAccess: false,
    ranges,
    others,
  })
  return { config, discard: () => rmSync(stateDir, { recursive: true, force: true }) }
}

export function podNetwork(config: ClusterConfig, index: number): NodePodNetwork {
  const node = config.nodes[index]
  if (node === undefined) throw new RangeError(`no node ${index}`)
  return createPodNetwork({
    node: { ...node, namespace: namespacePath(node.namespace) },
    stateDir: `${config.stateDir}/${node.name}`,
    podNamespace: (uid) => podNamespace(config.name, uid),
  })
}

let made = 0
export function pod(name: string, hostNetwork = false): PodIdentity {
  made++
  const uid = `${made.toString(16).padStart(8, '0')}-${process.pid.toString(16).padStart(4, '0').slice(-4)}-4000-8000-000000000000`
  return { uid, namespace: 'default', name, hostname: name, hostNetwork }
}

/** A server in a pod (or any namespace) that says who connected. */
export function answer(namespace: string, host: string, port: number, name = ''): Promise<Server> {
  return listenTcp(namespace, host, port).then((server) =>
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {})
      socket.end(`${name} ${socket.remoteAddress}`)
    }),
  )
}

/** What the server at that address says to a client in `namespace`, within two seconds. */
export async function ask(namespace: string, address: string, port: number): Promise<string> {
  const socket = connectTcp(namespace, address, port)
  socket.setTimeout(2000, () => socket.destroy(new Error(`no answer from ${address}`)))
  let text = ''
  socket.on('data', (data) => {
    text += String(data)
  })
  await once(socket, 'close')
  return text.trim()
}

export const mountCount = (): number => readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n').length

export const v4 = ({ addresses }: Attachment): string => addresses[0] as string
export const v6 = ({ addresses }: Attachment): string => addresses[1] as string
