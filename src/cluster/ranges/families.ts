import { tryParseCidr } from '#net/cidr.ts'
import { type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { familiesOf } from '#net/per-family.ts'
import { invalid, parseRanges } from './given-ranges.ts'

/** The flags that give one range or address a family, by their names; absent: chosen here. */
type FamilyFlags = Readonly<
  Record<'cluster-cidr' | 'service-cidr' | 'node-cidr' | 'load-balancer-cidr' | 'cluster-dns', string | undefined>
>

const BOTH: readonly IpFamily[] = ['IPv4', 'IPv6']
/** Pods and Services say what a cluster is of, as with kubeadm; what else it has follows. */
const DECIDING = ['cluster-cidr', 'service-cidr'] as const

/**
 * The families of a cluster: those of its pods' range, else of its Services'. Where neither is given it has `standard`.
 * Throws ClusterError RANGE_INVALID where another flag is of others.
 */
export function planFamilies(flags: FamilyFlags, standard: readonly IpFamily[] = BOTH): readonly IpFamily[] {
  const by = DECIDING.find((flag) => flags[flag] !== undefined)
  const families = by === undefined ? standard : familiesOf(parseRanges(by, flags[by]!))
  const whose = by === undefined ? 'the cluster is' : `--${by} ${flags[by]} is`
  for (const [flag, text] of Object.entries(flags)) {
    const given = text === undefined ? undefined : familiesGiven(text)
    if (text === undefined || given === undefined || given.join() === families.join()) continue
    throw invalid(
      flag,
      text,
      `is ${inWords(given)}, and ${whose} ${inWords(families)}`,
      `give --${flag} ${families.length > 1 ? 'one of each family, V4,V6' : `of ${families[0]} alone`}, or leave it out; ` +
        `or, for a cluster of ${inWords(given)}, --${by ?? 'cluster-cidr'} ${given.length > 1 ? 'of both, V4,V6' : `of ${given[0]} alone`}`,
    )
  }
  return families
}

const inWords = (families: readonly IpFamily[]): string =>
  families.length > 1 ? families.join(' and ') : `${families[0]} alone`

/** Undefined where the text is not what it should be, which its own reader says. */
const familiesGiven = (text: string): readonly IpFamily[] | undefined => {
  const given = text
    .split(',')
    .map((part) => (tryParseCidr(part.trim())?.address ?? tryParseAddress(part.trim()))?.family)
  const isList = given.length === 1 || (given.length === 2 && given.join() === BOTH.join())
  return isList && given.every((family) => family !== undefined) ? given : undefined
}
