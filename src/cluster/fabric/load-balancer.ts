import type { ServiceFeed } from '#agent/sources/service-feed.ts'
import { mendingText } from '#agent/watch/mending-text.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Informer } from '#client/informer.ts'
import { type BalancedNodes, balancedNodes, LoadBalancer } from '#forwarding/load-balancer.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { objectKey } from '#objects/object-key.ts'
import { nodeMarks } from '#podnetwork/machine-plan.ts'
import { BALANCER, BalancerTarget } from '#reconciler/balancer/balancer-target.ts'
import { BalancerWriter } from '#reconciler/balancer/balancer-writer.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { type ClusterConfig, nodesUp } from '../config.ts'

interface LoadBalancerOptions {
  readonly config: ClusterConfig
  readonly services: ServiceFeed
  readonly nodes: Informer<Node>
  /**
   * Resolves when our own nodes have said whether they are Ready: until then what the API tells of them is of an earlier
   * life, and nothing is written.
   */
  readonly nodesTold: Promise<unknown>
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

/** The load balancer, as it stands in the fabric's kernel. */
interface KeptLoadBalancer {
  /** Resolves when it is written for the first time. */
  readonly written: Promise<void>
  /** Why the kernel does not have it as it should be; undefined where it has. */
  fault(): Error | undefined
  /** What somebody has changed of its rules, in words; it is put right on the way. */
  look(): readonly string[]
}

/**
 * Keeps the load balancer in the fabric's kernel equal to what Services, their endpoints and the nodes ask for. Writes
 * nothing before the caches have synced.
 */
export function keepLoadBalancer({
  config,
  services,
  nodes,
  nodesTold,
  signal,
  log,
}: LoadBalancerOptions): KeptLoadBalancer {
  const balancer = new LoadBalancer(config.loadBalancerCidr)
  let known: BalancedNodes = { present: [], eligible: [] }
  const open = () =>
    new BalancerWriter(openNftables(namespacePath(config.fabric.namespace)), {
      serviceCidrs: config.serviceCidr,
      loadBalancerCidrs: config.loadBalancerCidr,
      marks: nodeMarks(config),
    })
  const target = new BalancerTarget(open, () => ({ frontends: balancer.frontends(known), nodes: known }))
  const nodeChanged = () => {
    const now = balancedNodes(nodes.lister.list())
    if (now.present.join() === known.present.join() && now.eligible.join() === known.eligible.join()) return
    known = now
    loop.changed([BALANCER])
  }
  const synced = Promise.all([services.synced, nodes.hasSynced, nodesTold]).then(nodeChanged)
  synced.catch((error: unknown) => log('the load balancer waits for caches', error))
  const loop = new TargetLoop({
    target,
    synced,
    onFault: (error) => log('the load balancer’s rules were refused, and are tried again', error),
    onMending: (mending) => log(mendingText('balancer', mending)),
  })
  const endings = [
    services.subscribe(({ namespace, name }, service, slices) => {
      if (balancer.set(objectKey(namespace, name), service, slices)) loop.changed([BALANCER])
    }),
    nodes.addHandlers({ onAdd: nodeChanged, onUpdate: nodeChanged, onDelete: nodeChanged }),
  ]
  signal.addEventListener('abort', () => {
    for (const end of endings) end()
    loop.stop()
    target.close()
  })
  return {
    written: loop.ready,
    fault: () => loop.state().fault,
    look: () => loop.look().map((mending) => mendingText('fabric', mending)),
  }
}

/** Resolves when the cache has every node that is up as Ready. */
export function nodesReady(nodes: Informer<Node>, config: Pick<ClusterConfig, 'nodes'>): Promise<void> {
  const all = nodesUp(config)
  return new Promise((resolve) => {
    const look = () => {
      const { present } = balancedNodes(nodes.lister.list())
      if (all.every(({ name }) => present.includes(name))) resolve()
    }
    nodes.addHandlers({ onAdd: look, onUpdate: look })
    look()
  })
}
