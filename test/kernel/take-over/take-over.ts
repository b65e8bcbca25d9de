import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeNodeTables } from '#reconciler/tables/remove-tables.ts'
import { addressOf, FAMILIES, type Family, NODES, type Place, POD_PORT, placePath } from '../topology.ts'
import { type Given, ip, TwoNodes, vip } from '../two-nodes.ts'
import type { LoadPlan, LoadReport, Way } from './load.ts'
import { type Layout, strangerOn, synsSentAgain } from './stranger.ts'
import type { StrangerService } from './stranger-service.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const long = process.env.FAIRLEAD_LONG === '1'
/** How long each of the five states is held: theirs, both, ours, both, theirs. */
const HOLD_MS = long ? 6000 : 700
const PER_SECOND = 500

interface Served extends Given {
  readonly name: string
  readonly endpoints: readonly Place[]
  readonly protocol: 'tcp' | 'udp'
  readonly nodePort?: number
  readonly isLocal?: boolean
  readonly affinitySeconds?: number
}

const PODS = ['p11', 'p12', 'p21', 'p22'] as const
/** In the order of their ClusterIPs. */
const SERVED: readonly Served[] = [
  { name: 'plain', endpoints: PODS, protocol: 'tcp', nodePort: 30_001, vip: [vip(4, 1), vip(6, 1)] },
  {
    name: 'local',
    endpoints: ['p11', 'p21'],
    protocol: 'tcp',
    nodePort: 30_002,
    vip: [vip(4, 2), vip(6, 2)],
    isLocal: true,
  },
  { name: 'sticky', endpoints: ['p12', 'p22'], protocol: 'tcp', nodePort: 30_003, affinitySeconds: 600 },
  { name: 'datagrams', endpoints: PODS, protocol: 'udp', nodePort: 30_004, vip: [vip(4, 4), vip(6, 4)] },
  { name: 'empty', endpoints: [], protocol: 'tcp', nodePort: 30_005 },
]

const givenOf = ({ endpoints, protocol, nodePort, isLocal, affinitySeconds, vip: balancerIps }: Served): Given => ({
  endpoints,
  ports: [{ port: 80, protocol: protocol === 'tcp' ? 'TCP' : 'UDP', ...(nodePort !== undefined && { nodePort }) }],
  ...(balancerIps && { vip: balancerIps }),
  spec: {
    type: balancerIps === undefined ? 'NodePort' : 'LoadBalancer',
    externalTrafficPolicy: isLocal ? 'Local' : 'Cluster',
    ...(affinitySeconds !== undefined && {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } },
    }),
  },
})

/** The same Service as another's proxy on that node knows it. */
const asTheirs = (served: Served, at: number, family: Family, node: Place): StrangerService => ({
  name: `default/${served.name}`,
  protocol: served.protocol,
  clusterIp: ip(family, at + 1),
  port: 80,
  ...(served.nodePort !== undefined && { nodePort: served.nodePort }),
  balancerIps: (served.vip ?? []).filter((address) => address.includes(':') === (family === 6)),
  ...(served.isLocal && { isLocal: true }),
  ...(served.affinitySeconds !== undefined && { affinitySeconds: served.affinitySeconds }),
  endpoints: served.endpoints.map((pod) => ({
    address: addressOf(pod, family),
    port: POD_PORT,
    isHere: `n${pod[1]}` === node,
  })),
})

const CLIENTS = ['p11', 'n1', 'out1', 'out2'] as const
/** From a pod and a node to ClusterIPs, from outside to node ports of both nodes and to the load balancer's address. */
const waysOf = (protocol: 'tcp' | 'udp'): readonly Way[] =>
  SERVED.flatMap((served, at) => {
    if (served.protocol !== protocol || served.endpoints.length === 0) return []
    return FAMILIES.flatMap((family): readonly Way[] => {
      const way = (from: Place, to: string, address: string, port = 80): Way => ({
        name: `${served.name}/${to}/IPv${family}`,
        path: placePath(from),
        address,
        port,
      })
      const balancer = served.vip?.find((one) => one.includes(':') === (family === 6))
      return [
        way('p11', 'ClusterIP from a pod', ip(family, at + 1)),
        way('n1', 'ClusterIP from a node', ip(family, at + 1)),
        way('out1', 'node port', addressOf('n1', family), served.nodePort),
        way('out2', 'node port of the other', addressOf('n2', family), served.nodePort),
        ...(balancer === undefined ? [] : [way('out1', 'load balancer', balancer)]),
      ]
    })
  })

const startLoad = async (plan: LoadPlan): Promise<{ stop(): Promise<LoadReport> }> => {
  const child = fork(join(import.meta.dirname, 'load.ts'), [JSON.stringify(plan)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const next = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the load ended with ${code}`))
      child.once('exit', ended)
      child.once('message', (message) => {
        child.off('exit', ended)
        resolve(message as T)
      })
    })
  await next()
  return {
    stop() {
      const report = next<LoadReport>()
      child.send('stop')
      return report
    },
  }
}

/**
 * Theirs, both, ours, both, theirs, on both nodes and under load. No connection fails, and their rules are as before.
 */
export const takeOver = async (layout: Layout, say: (text: string) => void): Promise<void> => {
  const nodes = await TwoNodes.create()
  try {
    const strangers = NODES.map((node) =>
      strangerOn(
        node,
        layout,
        FAMILIES.map((family) => ({
          node: {
            family,
            addresses: [addressOf(node, family)],
            podCidr: family === 4 ? '10.244.0.0/16' : 'fd00:10:244::/56',
            serviceCidr: family === 4 ? '10.96.0.0/16' : 'fd00:10:96::/112',
          },
          services: SERVED.map((served, at) => asTheirs(served, at, family, node)),
        })),
      ),
    )
    const each = (act: (stranger: (typeof strangers)[number]) => Promise<void>): Promise<unknown> =>
      Promise.all(strangers.map(act))
    await each((one) => one.write())
    const saved = (): Promise<readonly string[]> => Promise.all(strangers.map((one) => one.saved()))
    const before = await saved()
    const load = await startLoad({ tcp: waysOf('tcp'), udp: waysOf('udp'), perSecond: PER_SECOND })
    await sleep(HOLD_MS)
    const lostBefore = CLIENTS.map(synsSentAgain)

    for (const [at, served] of SERVED.entries()) nodes.give(served.name, at + 1, givenOf(served))
    nodes.flush()
    await sleep(HOLD_MS)
    assert.deepEqual(await saved(), before, 'theirs are as they were, with ours beside them')
    await each((one) => one.remove())
    assert.doesNotMatch((await saved()).join(''), /KUBE-SVC|service-ips/)
    await sleep(HOLD_MS)
    await each((one) => one.write())
    await sleep(HOLD_MS)
    for (const proxy of nodes.proxies) proxy.stop()
    await Promise.all(nodes.tables.map((nftables) => removeNodeTables(nftables)))
    await sleep(HOLD_MS)
    const again = CLIENTS.map((client, at) => synsSentAgain(client) - lostBefore[at]!)
    const report = await load.stop()
    say(`${layout}: ${JSON.stringify(report)}; first packets sent again by ${CLIENTS}: ${again}`)
    assert.deepEqual(report.failures, {}, 'no connection failed')
    assert.ok(report.opened > 0 && report.datagrams > 0 && report.said > 0)
    for (const nftables of nodes.tables) assert.doesNotMatch(nftables.read('list tables'), /fairlead/)
    assert.deepEqual(await saved(), before, 'theirs are as before, byte for byte')
    assert.deepEqual(nodes.faults, [])
  } finally {
    nodes.stop()
  }
}
