import type { Node } from '#api/core/node/message.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { ClusterWays } from '#podnetwork/between/cluster-ways.ts'
import { ClusterEgress } from '#podnetwork/between/egress.ts'
import { underlaysOf } from '#podnetwork/between/underlays.ts'
import { BetweenTarget } from '#reconciler/between/between-target.ts'
import { EgressTarget, removeEgress } from '#reconciler/egress/egress-target.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import type { AgentNode } from '../../runner/agent-node.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { mendingText } from '../../watch/mending-text.ts'
import { clusterNodeOf } from './cluster-node-of.ts'
import { formerSettingsFile } from './former-settings-file.ts'
import { routesMetrics } from './routes-metrics.ts'

interface RoutesPart extends Part {
  /** Bytes of the largest packet that gets to every pod, for pods' links; undefined while no link is known. */
  podMtu(): number | undefined
  look(): readonly string[]
}

/**
 * The ways from this node's pods to those of all others, and out of the cluster: Nodes → plan → reconciler → kernel. What it
 * has laid stays when it stops; removeRoutes() takes it away.
 */
export const routes = nodePart({
  name: 'routes',
  needs: { parts: [], sources: ['nodes'] },
  carriesPods: true,
  start(node): RoutesPart {
    const { name, clock, log, kernel, sources, cluster } = node
    const { mode = 'auto', mtu, vxlanId, vxlanPort, masquerade = true } = cluster.podNetwork ?? {}
    const ways = new ClusterWays({
      name,
      mode,
      mtu,
      ...(vxlanId !== undefined && { id: vxlanId }),
      ...(vxlanPort !== undefined && { port: vxlanPort }),
    })
    const synced = sources.nodes.hasSynced
    const egress = masquerade ? egressLoop(node, ways, synced) : leaveEgress(node)
    const rtnetlink = Rtnetlink.open(kernel.namespace)
    const target = new BetweenTarget({
      rtnetlink,
      namespace: kernel.namespace,
      wanted: ways,
      settings: formerSettingsFile(node.stateDir),
      onLinks: (links, addresses) =>
        changed(ways.setUnderlays(underlaysOf(ways.own?.addresses ?? [], links, addresses))),
    })
    const loop = new TargetLoop<string>({
      target,
      clock,
      synced,
      onRefusal: ({ key, error }) => log(`the way to ${key || 'own pods'} is not in the kernel`, error),
      onFault: (error) => log('the kernel refuses the ways to other nodes', error),
      onMending: (mending) => log(mendingText('routes', mending)),
    })
    const changed = (keys: readonly string[]): void => {
      if (keys.length === 0) return
      loop.changed(keys)
      egress?.loop.changed(keys)
      if (sources.nodes.synced) node.tell()
    }
    const set = (one: Node): void => {
      changed(ways.set(clusterNodeOf(one, kernel.hasIpv6)))
      if (one.metadata?.name === name)
        changed(ways.setUnderlays(underlaysOf(ways.own?.addresses ?? [], rtnetlink.links(), rtnetlink.addresses())))
    }
    const end = sources.nodes.addHandlers({
      onAdd: set,
      onUpdate: (_, after) => set(after),
      onDelete: ({ metadata }) => {
        // Where this node's own Node goes, which happens as it registers anew, all goes on by what was known.
        if (metadata?.name !== undefined && metadata.name !== name) changed(ways.delete(metadata.name))
      },
    })
    const loops = [loop, ...(egress ? [egress.loop] : [])]
    const sum = (of: (state: ReturnType<typeof loop.state>) => number) => () =>
      loops.reduce((total, one) => total + of(one.state()), 0)
    return {
      podMtu: () => ways.podMtu(),
      metrics: routesMetrics({
        nodes: () => ways.nodes.size,
        vxlanNodes: () => ways.vxlanNodes,
        entries: () => target.entries,
        egressElements: () => egress?.target.elements ?? 0,
        podMtu: () => ways.podMtu(),
        refused: sum(({ refused }) => refused.length),
        mended: sum(({ mended }) => mended),
      }),
      ready: Promise.all([synced, ...loops.map(({ ready }) => ready)]),
      status: () => {
        const waits = sources.nodes.synced ? waitsOf(name, ways) : []
        const states = loops.map((one) => one.state())
        return {
          ready: waits.length === 0 && states.every(({ appliedAt, fault }) => appliedAt !== undefined && !fault),
          faults: [
            ...waits,
            ...ways.faults(),
            ...states.flatMap(({ fault }) => (fault ? [fault.message] : [])),
            ...states.flatMap(({ refused }) =>
              refused.map(({ key, error }) => (key === '' ? error.message : `Node ${key}: ${error.message}`)),
            ),
          ],
        }
      },
      look: () => loops.flatMap((one) => one.look().map((mending) => mendingText(name, mending))),
      stop() {
        end()
        for (const one of loops) one.stop()
        egress?.target.close()
        rtnetlink.close()
      },
    }
  },
})

/** What of this node has to be known before anything leads anywhere, and is not, in words. */
function waitsOf(name: string, { own }: Pick<ClusterWays, 'own'>): readonly string[] {
  if (own === undefined) return [`the API has no Node ${name}`]
  if (own.addresses.length === 0) return [`Node ${name} has no InternalIP yet`]
  if (own.podCidrs.length > 0) return []
  return [
    `Node ${name} has no spec.podCIDRs: kube-controller-manager gives them with --allocate-node-cidrs --cluster-cidr`,
  ]
}

function egressLoop(node: AgentNode, ways: ClusterWays, synced: Promise<unknown>) {
  const { cluster, clock, log } = node
  const { nonMasqueradeCidrs = [], masqueradeIpv6 = 'auto' } = cluster.podNetwork ?? {}
  const egress = new ClusterEgress(ways, {
    inside: [...cluster.clusterCidr, ...nonMasqueradeCidrs],
    ipv6: masqueradeIpv6,
  })
  const target = new EgressTarget(node.kernel.nftables(), { keys: () => ways.keys(), of: (key) => egress.of(key) })
  const loop = new TargetLoop<string>({
    target,
    clock,
    synced,
    onRefusal: ({ key, error }) => log(`masquerade knows nothing of ${key || 'own pods'}`, error),
    onFault: (error) => log('the kernel refuses the table of masquerade', error),
    onMending: (mending) => log(mendingText('masquerade', mending)),
  })
  return { target, loop }
}

/** What an agent before us has laid, with other settings. */
function leaveEgress({ kernel }: AgentNode): undefined {
  const nftables = kernel.nftables()
  try {
    removeEgress(nftables)
  } finally {
    nftables.close()
  }
}
