import type { PodNetwork } from '#kubelet/pod-network.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { recorderAt } from '../../runner/recorder.ts'
import { ChangeWatch } from '../../watch/change-watch.ts'
import { createPodNetwork, type PodFaults } from './pod-network.ts'

export interface NetworkPart extends Part {
  /** To which the kubelet, or whoever else starts pods here, attaches them. */
  readonly pods: PodNetwork
}

/** The network of the node's pods: their namespaces, links, addresses and routes, kept as they were made. */
export const network = nodePart({
  name: 'network',
  needs: { parts: [], sources: [] },
  carriesPods: true,
  start(node): NetworkPart {
    const stop = new AbortController()
    const pods = createPodNetwork({
      node: { namespace: node.kernel.namespace, addresses: node.addresses, podCidrs: node.podCidrs },
      stateDir: node.stateDir,
      podNamespace: node.podNamespace,
    })
    const watch = new ChangeWatch({
      audit: () => pods.audit().map((faults) => ({ ...aboutPod(node.name, faults), ...faults })),
      events: recorderAt(node, 'network-watch', stop.signal),
      clock: node.clock,
      log: node.log,
    })
    return {
      pods,
      ready: Promise.resolve(),
      status: () => ({ ready: true, faults: watch.lasting }),
      look: () => watch.look(),
      stop() {
        watch.close()
        stop.abort()
        pods.close()
      },
    }
  },
})

const aboutPod = (node: string, { pod: { namespace, name, uid } }: PodFaults) => ({
  who: `${node}, pod ${namespace}/${name}`,
  about: { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid } },
})
