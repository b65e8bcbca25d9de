import { cidrWarnings } from '#api/validation/address.ts'
import type { NetworkPolicy, NetworkPolicyPeer } from './message.ts'
import { withoutEffect } from './no-effect.ts'

const ofPeers = (peers: readonly NetworkPolicyPeer[] = [], path: string): readonly string[] =>
  peers.flatMap(({ ipBlock }, index) => {
    if (ipBlock === undefined) return []
    const at = `${path}[${index}].ipBlock`
    const except = ipBlock.except ?? []
    return [
      ...cidrWarnings(ipBlock.cidr, `${at}.cidr`),
      ...except.flatMap((text, place) => cidrWarnings(text, `${at}.except[${place}]`)),
    ]
  })

const notCanonical = ({ spec }: NetworkPolicy): readonly string[] => [
  ...(spec?.ingress ?? []).flatMap(({ from }, index) => ofPeers(from, `spec.ingress[${index}].from`)),
  ...(spec?.egress ?? []).flatMap(({ to }, index) => ofPeers(to, `spec.egress[${index}].to`)),
]

/**
 * What is said in a Warning header to who writes such a policy: ranges that are not in their one form, in the words of
 * Kubernetes, and, in ours, what of it has no effect.
 */
export const networkPolicyWarnings = (policy: NetworkPolicy): readonly string[] => [
  ...notCanonical(policy),
  ...withoutEffect(policy),
]
