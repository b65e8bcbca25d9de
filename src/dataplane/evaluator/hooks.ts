import type { Chain, Hook, HookName, NatHookName } from '../nftables/rule.ts'

/** linux/netfilter_ipv4.h. Before it the kernel does not know yet what connection a packet belongs to. */
export const CONNTRACK_PRIORITY = -200

/** Chains of type nat are all run at one place of their hook, whatever their own priority; that orders them there. */
const NAT_PRIORITY: { readonly [hook in NatHookName]: number } = {
  prerouting: -100,
  output: -100,
  input: 100,
  postrouting: 100,
}

export interface BaseChain extends Chain {
  readonly hook: Hook
}

/** Where among the chains of its hook it is run. */
export const placeOf = ({ hook }: BaseChain): number => (hook.type === 'nat' ? NAT_PRIORITY[hook.hook] : hook.priority)

/** The chains that the kernel runs by itself, by hook, in the order in which it does. */
export function baseChains(chains: Iterable<Chain>): ReadonlyMap<HookName, readonly BaseChain[]> {
  const byHook = new Map<HookName, BaseChain[]>()
  for (const chain of chains) {
    if (chain.hook === undefined) continue
    const of = byHook.get(chain.hook.hook) ?? []
    byHook.set(chain.hook.hook, of)
    of.push(chain as BaseChain)
  }
  for (const of of byHook.values())
    of.sort((left, right) => placeOf(left) - placeOf(right) || left.hook.priority - right.hook.priority)
  return byHook
}
