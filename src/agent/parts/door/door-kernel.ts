import { statSync } from 'node:fs'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { isNamespace } from '#kernel/namespaces/namespace.ts'
import { type KeptNamespace, NetworkTarget } from '#reconciler/network/network-target.ts'
import { PodLinks } from '../network/pod-links.ts'

/** What the kernel does for pods whose namespaces others make. */
export interface DoorKernel {
  readonly hasIpv6: boolean
  /** Names a network namespace as long as it lives; undefined where the path leads to none. */
  networkId(path: string): string | undefined
  readonly links: Pick<PodLinks, 'close' | 'connect' | 'has' | 'kept' | 'mtu' | 'unlink'>
  /** What is not as it shall be, in words. */
  differences(kept: readonly KeptNamespace[]): readonly string[]
}

type LinksOptions = Omit<ConstructorParameters<typeof PodLinks>[0], 'hasIpv6' | 'isHost'>

/** The kernel itself. */
export const doorKernel = (options: LinksOptions): DoorKernel => {
  const ipv6 = hasIpv6()
  return {
    hasIpv6: ipv6,
    networkId(path) {
      if (!isNamespace(path)) return undefined
      const { dev, ino } = statSync(path)
      return `${dev}:${ino}`
    },
    links: new PodLinks({ ...options, hasIpv6: ipv6, isHost: true }),
    differences: (kept) => new NetworkTarget(() => new Map([['', kept]])).read().flatMap(({ found }) => found),
  }
}
