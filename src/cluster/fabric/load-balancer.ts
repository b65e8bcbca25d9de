import type { ServiceFeed } from '#agent/sources/service-feed.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Informer } from '#client/informer.ts'
import { type BalancedNodes, balancedNodes, LoadBalancer } from '#forwarding/load-balancer.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { objectKey } from '#objects/object-key.ts'
import { nodeMarks } from '#podnetwork/machine-plan.ts'
import { BalancerWriter } from '#reconciler/balancer/balancer-writer.ts'
import type { ClusterConfig } from '../config.ts'

/** After a refusal of the kernel, milliseconds. */
const RETRY_MS = 1000
/** Between looks whether somebody has edited the fabric's ruleset. */
const AUDIT_MS = 10_000

export interface LoadBalancerOptions {
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
export interface KeptLoadBalancer {
  /** Resolves when it is written for the first time. */
  readonly written: Promise<void>
  /** Why the kernel does not have it as it should be; undefined where it has. */
  fault(): Error | undefined
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
  const open = () =>
    new BalancerWriter(openNftables(namespacePath(config.fabric.namespace)), {
      serviceCidrs: config.serviceCidr,
      loadBalancerCidrs: config.loadBalancerCidr,
      marks: nodeMarks(config),
    })
  // Not before it is needed: a boot waits for us.
  let writer: BalancerWriter | undefined
  let known: BalancedNodes = { present: [], eligible: [] }
  let live = false
  let scheduled = false
  let retry: NodeJS.Timeout | undefined
  let fault: Error | undefined
  const { promise: written, resolve: resolveWritten } = Promise.withResolvers<void>()

  const apply = () => {
    scheduled = false
    if (signal.aborted) return
    clearTimeout(retry)
    try {
      writer ??= open()
      writer.apply(balancer.frontends(known), known)
      fault = undefined
      resolveWritten()
    } catch (error) {
      fault = error as Error
      log('the load balancer’s rules were refused, tried again in a second', error)
      retry = setTimeout(apply, RETRY_MS)
      retry.unref()
    }
  }
  const schedule = () => {
    if (!live || scheduled) return
    scheduled = true
    queueMicrotask(apply)
  }
  const nodeChanged = () => {
    const now = balancedNodes(nodes.lister.list())
    if (now.present.join() === known.present.join() && now.eligible.join() === known.eligible.join()) return
    known = now
    schedule()
  }

  const endings = [
    services.subscribe(({ namespace, name }, service, slices) => {
      if (balancer.set(objectKey(namespace, name), service, slices)) schedule()
    }),
    nodes.addHandlers({ onAdd: nodeChanged, onUpdate: nodeChanged, onDelete: nodeChanged }),
  ]
  Promise.all([services.synced, nodes.hasSynced, nodesTold]).then(
    () => {
      live = true
      nodeChanged()
      schedule()
    },
    (error: unknown) => log('the load balancer waits for caches', error),
  )
  const audit = setInterval(() => {
    try {
      if (writer?.audit() === false) schedule()
    } catch (error) {
      log('the fabric’s rules cannot be read', error)
    }
  }, AUDIT_MS)
  audit.unref()
  signal.addEventListener('abort', () => {
    for (const end of endings) end()
    clearTimeout(retry)
    clearInterval(audit)
    writer?.close()
  })
  return { written, fault: () => fault }
}

/** Resolves when the cache has every node as Ready. */
export function nodesReady(nodes: Informer<Node>, { nodes: all }: Pick<ClusterConfig, 'nodes'>): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const { present } = balancedNodes(nodes.lister.list())
      if (all.every(({ name }) => present.includes(name))) resolve()
    }
    nodes.addHandlers({ onAdd: look, onUpdate: look })
    look()
  })
}
