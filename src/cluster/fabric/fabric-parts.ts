import { definePart, type PartDefinition } from '#agent/runner/part.ts'
import type { Place } from '#agent/runner/place.ts'
import { keepNetworks } from '#agent/watch/keep-networks.ts'
import type { ClusterConfig } from '../config.ts'
import { keptMachines } from '../machines/kept-machines.ts'
import { keepLoadBalancer } from './load-balancer.ts'

/**
 * What runs beside the nodes of one machine, as these are now. `nodesTold`: resolves when our own nodes have said whether they are Ready.
 */
export const fabricParts = (config: ClusterConfig, nodesTold: Promise<unknown>): readonly PartDefinition<Place>[] => [
  machinesPart(config),
  balancerPart(config, nodesTold),
]

/** Links, addresses, routes and settings of fabric, nodes and host, kept as they were made. */
const machinesPart = (config: ClusterConfig) =>
  definePart({
    name: 'machines',
    needs: { parts: [], sources: ['nodes'] },
    carriesPods: false,
    start: (fabric) =>
      keepNetworks(fabric, {
        kept: () => keptMachines(config),
        ownerOf: (machine) => ({ who: machine, about: fabric.sources.nodes.lister.get(machine) }),
      }),
  })

/** The load balancer of the fabric, which leads what comes to a Service's address to the nodes that serve it. */
const balancerPart = (config: ClusterConfig, nodesTold: Promise<unknown>) =>
  definePart({
    name: 'balancer',
    needs: { parts: [], sources: ['services', 'nodes'] },
    carriesPods: false,
    start({ sources: { services, nodes }, log }) {
      const stop = new AbortController()
      const balancer = keepLoadBalancer({ config, services, nodes, nodesTold, signal: stop.signal, log })
      let isWritten = false
      return {
        ready: balancer.written.then(() => {
          isWritten = true
        }),
        status() {
          const fault = balancer.fault()
          return {
            ready: isWritten && fault === undefined,
            faults: fault === undefined ? [] : [`the kernel refuses the load balancer’s rules: ${fault.message}`],
          }
        },
        look: () => balancer.look(),
        stop: () => stop.abort(),
      }
    },
  })
