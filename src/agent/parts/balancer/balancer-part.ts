import type { Registry } from '#metrics/registry.ts'
import { keyOf } from '#objects/object-key.ts'
import { faultText } from '#pools/model.ts'
import { POOL_CLASS } from '#pools/pool-class.ts'
import { type AgentNode, nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { recorderAt } from '../../runner/recorder.ts'
import type { Sources } from '../../sources/sources.ts'
import { AnnouncementFeed } from './announcement-feed.ts'
import type { Announcer, OnAnnounced } from './announcer.ts'
import { BalancerMetrics } from './balancer-metrics.ts'
import { AddressLeases } from './l2/address-leases.ts'
import { L2Announcer } from './l2/l2-announcer.ts'
import { kernelWire } from './l2/wire.ts'

/** What another announcer of a node is made with. */
export interface AnnouncerGround {
  readonly node: AgentNode
  /** Peers and whatever else is asked of the balancer, and the Node with its labels. */
  readonly sources: Pick<Sources, 'balancing' | 'nodes'>
  readonly onAnnounced: OnAnnounced
  /** The part's metrics. */
  readonly registry: Registry
}

interface BalancerOptions {
  /** Where the Leases of nodes and addresses lie. */
  readonly namespace: string
  /** Classes of Services that are ours beside our own: that which MetalLB was given by `--lb-class`. */
  readonly classes?: readonly string[]
  /** Further ways to announce addresses of the node. */
  readonly others?: (ground: AnnouncerGround) => readonly Announcer[]
}

/** How often it is tried to say that this node takes part, milliseconds. */
const JOIN_AGAIN = 1000

/**
 * Announces the addresses of Services from the node: on its links, and by whatever else it is given. It writes nothing
 * into the kernel: what comes for an address is taken by the rules of its Service.
 */
export const balancerPart = ({ namespace, classes = [], others = () => [] }: BalancerOptions) =>
  nodePart({
    name: 'balancer',
    needs: { parts: [], sources: ['services', 'serviceObjects', 'nodes', 'balancing'] },
    carriesPods: false,
    start(node): Part {
      const { sources, clock, client, random, log, kernel } = node
      const stop = new AbortController()
      const { signal } = stop
      const recorder = recorderAt(node, 'fairlead-balancer', signal)
      const faults = (): readonly string[] => sources.balancing.balancing.faults.map(faultText)
      const metrics = new BalancerMetrics(
        () => announcers,
        () => faults().length,
      )
      const onAnnounced: OnAnnounced = ({ services }, protocol) => {
        metrics.taken(protocol)
        for (const key of services) {
          const service = sources.serviceObjects.lister.byKey(key)
          if (!service) continue
          const text = `announcing from node "${node.name}" with protocol "${protocol}"`
          recorder.record(service, 'Normal', 'nodeAssigned', text)
        }
      }
      let joinFault: string | undefined
      const leases = new AddressLeases({
        client,
        namespace,
        node: node.name,
        nodeUid: () => sources.nodes.lister.list().find((one) => keyOf(one) === node.name)?.metadata?.uid,
        clock,
        random,
        signal,
        onChange: () => layer2.changed(),
        onError: (error) => log('the Leases of the balancer are not seen', error),
      })
      const join = async (): Promise<void> => {
        await Promise.all([leases.synced, feed.synced])
        while (!signal.aborted) {
          try {
            await leases.join()
            joinFault = undefined
            return
          } catch (error) {
            joinFault = `its Lease in namespace ${namespace} is not written: ${(error as Error).message}`
            await new Promise<void>((done) => void clock.after(JOIN_AGAIN, done))
          }
        }
      }
      const feed = new AnnouncementFeed({
        node: node.name,
        sources,
        clock,
        classes: [POOL_CLASS, ...classes],
        onPlan: (planned) => {
          for (const announcer of announcers) announcer.set(planned)
        },
      })
      const joined = join()
      const wire = kernelWire(kernel.namespace)
      const layer2 = new L2Announcer({ node: node.name, leases, wire, clock, onAnnounced, log }, joined)
      const announcers: readonly Announcer[] = [
        layer2,
        ...others({ node, sources, onAnnounced, registry: metrics.registry }),
      ]
      return {
        ready: joined,
        metrics: metrics.registry,
        status: () => ({
          ready: joinFault === undefined,
          faults: [...(joinFault ? [joinFault] : []), ...announcers.flatMap((one) => one.status().faults), ...faults()],
        }),
        async stop() {
          feed.stop()
          await Promise.all(announcers.map((one) => one.stop()))
          stop.abort()
        },
      }
    },
  })
