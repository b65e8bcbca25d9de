import type { PodIdentity, PodNetwork } from '#kubelet/pod-network.ts'
import { perFamilyOf } from '#net/per-family.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { keepNetworks } from '../../watch/keep-networks.ts'
import type { NetworkOwner } from '../../watch/network-keeper.ts'
import { policies } from '../policies/policies-part.ts'
import { createPodNetwork } from './pod-network.ts'
import { PodNetworkError } from './pod-network-error.ts'

interface NetworkPart extends Part {
  /** To which the kubelet, or whoever else starts pods here, attaches them. */
  readonly pods: PodNetwork
}

/**
 * The network of the node's pods: their namespaces, links, addresses and routes, kept as they were made; or, where the
 * cluster leaves that to others, the plugins that they have laid down.
 */
export const network = nodePart({
  name: 'network',
  needs: { parts: [], partsIfAsked: [policies], sources: [] },
  carriesPods: true,
  async start(node): Promise<NetworkPart> {
    if (node.cluster.without?.includes('network')) {
      // Not loaded where nobody asks for it.
      const { startCniNetwork } = await import('./cni/cni-network-part.ts')
      return await startCniNetwork(node)
    }
    const podCidrs = perFamilyOf(node.podCidrs)
    if (podCidrs === undefined)
      throw new PodNetworkError(
        'POD_RANGE_MISSING',
        `${node.name}: its Node has no spec.podCIDRs to give addresses from`,
      )
    const pods = createPodNetwork({
      node: { namespace: node.kernel.namespace, addresses: node.addresses, podCidrs },
      stateDir: node.stateDir,
      podNamespace: node.podNamespace,
      // Undefined where others keep them; else it runs as long as this part does.
      policies: node.find(policies),
    })
    const keeping = keepNetworks(node, {
      kept: () => pods.kept(),
      ownerOf: (uid) => ownerOf(node.name, pods.pod(uid)),
    })
    return {
      ...keeping,
      pods,
      stop() {
        keeping.stop()
        pods.close()
      },
    }
  },
})

const ownerOf = (node: string, pod: PodIdentity | undefined): NetworkOwner | undefined =>
  pod && {
    who: `${node}, pod ${pod.namespace}/${pod.name}`,
    about: { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: pod.namespace, name: pod.name, uid: pod.uid } },
  }
