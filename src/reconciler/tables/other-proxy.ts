import { TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'

/**
 * Whether another proxy forwards Services in this kernel: kube-proxy, by its table or by its chains that iptables keeps in
 * nftables. Chains of iptables-legacy are not seen.
 */
export const hasOtherProxy = (nftables: Nftables): boolean =>
  TABLE_FAMILIES.some((family) => {
    let found = false
    nftables.hooks(family, 'kube-proxy', () => {
      found = true
    })
    if (!found)
      nftables.rules(family, 'nat', (chain) => {
        found ||= chain.startsWith('KUBE-SVC-')
      })
    return found
  })
