import type { ChainOfRules } from './listed-ruleset.ts'

/** By the names of their tables, and of the chains that theirs lead to. */
const OWNERS: readonly (readonly [owner: string, table: RegExp, chain: RegExp])[] = [
  ['firewalld', /^firewalld$/, /^(?:filter|nat|raw|mangle)_\w+_POLICIES$/],
  ['ufw', /^$/, /^ufw6?-/],
  ['docker', /^docker/, /^DOCKER/],
  ['calico', /^calico/, /^cali-/],
  ['flannel', /^flannel/, /^FLANNEL-/],
  ['cilium', /^cilium/, /^CILIUM_/],
  ['kube-proxy', /^kube-proxy$/, /^KUBE-/],
]

/** Who keeps a chain that packets meet first; undefined where no name tells. */
export const ownerOf = ({ table }: ChainOfRules, reached: readonly ChainOfRules[]): string | undefined =>
  OWNERS.find(([, ofTable, ofChain]) => ofTable.test(table) || reached.some(({ name }) => ofChain.test(name)))?.[0]
