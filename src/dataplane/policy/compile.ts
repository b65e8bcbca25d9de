import { formatCidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { familyOfText } from '#net/per-family.ts'
import type { NumberedNetwork } from '#policy/address-book.ts'
import type { PodVerdicts } from '#policy/node-policy.ts'
import type { Verdict } from '#policy/verdicts.ts'
import type { Element, TableFamily } from '../nftables/rule.ts'
import type { PolicySetName } from './sets.ts'

/** What a pod's policies come to; undefined: they say nothing of that direction. */
interface PolicedPod {
  readonly addresses: readonly { readonly text: string }[]
  readonly ingress: PodVerdicts | undefined
  readonly egress: PodVerdicts | undefined
}

const TABLES: { readonly [family in IpFamily]: TableFamily } = { IPv4: 'ip', IPv6: 'ip6' }

const element = (
  family: IpFamily,
  set: PolicySetName,
  key: Element['key'],
  data?: NonNullable<Element['data']>,
): Element => ({ family: TABLES[family], set, key, ...(data && { data }) })

/** The elements of one pod of this node: that it is policed, and what its policies say. */
export const compilePod = ({ addresses, ingress, egress }: PolicedPod): readonly Element[] =>
  addresses.flatMap(({ text: address }) => {
    const family = familyOfText(address)
    const known =
      (ingress ?? egress) ? [element(family, 'policed', [address]), element(family, 'selves', [address, address])] : []
    return [
      ...known,
      ...compileDirection('ingress', family, address, ingress),
      ...compileDirection('egress', family, address, egress),
    ]
  })

const compileDirection = (
  direction: 'ingress' | 'egress',
  family: IpFamily,
  address: string,
  verdicts: PodVerdicts | undefined,
): readonly Element[] =>
  verdicts === undefined
    ? []
    : [
        element(family, `policed-${direction}`, [address]),
        ...verdicts[family].map((verdict) => compileVerdict(direction, family, address, verdict)),
      ]

const compileVerdict = (
  direction: 'ingress' | 'egress',
  family: IpFamily,
  address: string,
  { identity, ports, passes }: Verdict,
): Element => {
  const data = [passes ? 'return' : 'drop']
  if (ports === undefined) return element(family, `${direction}-rest`, [address, identity], data)
  const { protocol, first, last } = ports
  const key = [address, identity, protocol.toLowerCase()]
  return first === last
    ? element(family, `${direction}-port`, [...key, first], data)
    : element(family, `${direction}-ports`, [...key, `${first}-${last}`], data)
}

/** Whom an address counts as. */
export const compileAddress = (address: string, identity: number | undefined): readonly Element[] =>
  identity === undefined ? [] : [element(familyOfText(address), 'identities', [address], [identity])]

/** Whom all others count as. */
export const compileNetworks = (networks: Iterable<NumberedNetwork>): readonly Element[] =>
  [...networks].map(({ family, network, number }) => element(family, 'cells', [formatCidr(network)], [number]))
