import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { isNamespace } from '#kernel/namespaces/namespace.ts'
import { createPodNamespaces, deletePodNamespaces } from '#kernel/namespaces/pod-namespaces.ts'
import { PodLinks } from './pod-links.ts'

/** What the kernel does for the pods of a node: namespaces and links. */
export interface PodKernel {
  readonly hasIpv6: boolean
  readonly isNamespace: typeof isNamespace
  readonly createNamespaces: (...given: Parameters<typeof createPodNamespaces>) => void
  readonly deleteNamespaces: typeof deletePodNamespaces
  readonly links: Pick<PodLinks, 'close' | 'connect' | 'disconnect' | 'has' | 'kept' | 'remove'>
}

/** The kernel itself. */
export const podKernel = (options: Omit<ConstructorParameters<typeof PodLinks>[0], 'hasIpv6'>): PodKernel => {
  const ipv6 = hasIpv6()
  return {
    hasIpv6: ipv6,
    isNamespace,
    createNamespaces: createPodNamespaces,
    deleteNamespaces: deletePodNamespaces,
    links: new PodLinks({ ...options, hasIpv6: ipv6 }),
  }
}
