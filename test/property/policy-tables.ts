import type { Element } from '#dataplane/nftables/rule.ts'
import { compileAddress, compileNetworks, compilePod } from '#dataplane/policy/compile.ts'
import type { NodePolicy } from '#policy/node-policy.ts'

/** All that a node's kernel shall hold. */
export const elementsOf = (node: NodePolicy, addresses: Iterable<string>): readonly Element[] => [
  ...[...node.selected()].flatMap((key) =>
    compilePod({
      addresses: node.localPod(key)?.addresses ?? [],
      ingress: node.verdicts(key, 'ingress'),
      egress: node.verdicts(key, 'egress'),
    }),
  ),
  ...[...new Set(addresses)].flatMap((address) => compileAddress(address, node.identityOf(address)?.number)),
  ...compileNetworks(node.networks()),
]
