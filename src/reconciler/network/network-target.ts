import { constants } from 'node:os'
import { KernelError } from '#kernel/kernel-error.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { NetworkPlan } from '#podnetwork/network-plan.ts'
import { type FoundNetwork, planDifferences } from '#podnetwork/plan-differences.ts'
import type { Edit, Target, Told } from '../target/target.ts'
import { applyNetworkPlan } from './apply-network-plan.ts'
import { readNetwork, readSettings } from './read-network.ts'

/** What a namespace shall hold, beside what is in it that is not ours. */
export interface KeptNamespace {
  /** Path of the network namespace. */
  readonly path: string
  readonly plan: NetworkPlan
  /** Makes a link that is gone, as it was made at first, both ends. */
  readonly remake?: () => void
  /**
   * Somebody else rules it, as a pod does: where its routes lead is its own business, if only there is one of each
   * destination. Where it is filled with more than can be read at no great cost, it is left alone.
   */
  readonly isForeign?: true
}

/** Of links, addresses, neighbours, rules and routes each, in a namespace that somebody else may fill. */
const MOST_FOREIGN = 4096

/**
 * Networks that were made: links, addresses, neighbours, routes, rules and settings of machines and pods. Whoever made
 * them says what they are, each under a key, and in which namespaces. They are not written at a start, since they are
 * made before; what is missing later, or leads elsewhere, is put right.
 */
export class NetworkTarget implements Target<string> {
  readonly #kept: () => ReadonlyMap<string, readonly KeptNamespace[]>

  /** `kept` is asked at each look and each write. */
  constructor(kept: () => ReadonlyMap<string, readonly KeptNamespace[]>) {
    this.#kept = kept
  }

  adopt(): Iterable<string> {
    return []
  }

  read(): readonly Edit<string>[] {
    // Many networks have a part in one namespace: it is read once.
    const read = new Map<string, Omit<FoundNetwork, 'sysctls'>>()
    return [...this.#kept()].flatMap(([key, namespaces]) => {
      const found = namespaces.flatMap((one) => differencesOf(one, read))
      return found.length === 0 ? [] : [{ key, found }]
    })
  }

  write(keys: readonly string[], told: Told<string>): void {
    const kept = this.#kept()
    for (const key of keys) {
      // What is kept no more is as it should be.
      const errors = (kept.get(key) ?? []).flatMap((one) => mend(one) ?? [])
      const [first] = errors
      if (first === undefined) told.written([key])
      else told.refused(key, first)
    }
  }
}

/** In words; also that it cannot be told. */
function differencesOf(one: KeptNamespace, read: Map<string, Omit<FoundNetwork, 'sysctls'>>): readonly string[] {
  const { path, plan, isForeign } = one
  let rtnetlink: Rtnetlink
  try {
    rtnetlink = open(one)
  } catch {
    return ['its network namespace is gone']
  }
  try {
    const there = read.get(path) ?? readNetwork(rtnetlink)
    if (!isForeign) read.set(path, there)
    return planDifferences(wantedOf(one, there), { ...there, sysctls: readSettings(plan.sysctls, path) })
  } catch (error) {
    return isTooMany(error) ? [] : ['it cannot be read']
  } finally {
    rtnetlink.close()
  }
}

/** Gives what keeps it from being put right. */
function mend(one: KeptNamespace): Error | undefined {
  const { path, plan, remake } = one
  try {
    using rtnetlink = open(one)
    const there = readNetwork(rtnetlink)
    const wanted = wantedOf(one, there)
    if (planDifferences(wanted, { ...there, sysctls: readSettings(plan.sysctls, path) }).length === 0) return undefined
    if (plan.sysctls.length > 0) writeSysctls(path, plan.sysctls)
    if (remake && plan.links.some(({ name }) => !there.links.has(name))) {
      remake()
      // Those of the link itself.
      if (plan.sysctls.length > 0) writeSysctls(path, plan.sysctls)
    }
    applyNetworkPlan(rtnetlink, wanted)
    return undefined
  } catch (error) {
    return isTooMany(error) ? undefined : (error as Error)
  }
}

const open = ({ path, isForeign }: KeptNamespace): Rtnetlink =>
  Rtnetlink.open(path, isForeign ? MOST_FOREIGN : undefined)

const isTooMany = (error: unknown): boolean => error instanceof KernelError && error.errno === constants.errno.E2BIG

/** A route that is there may lead where its owner wants. */
function wantedOf({ plan, isForeign }: KeptNamespace, { routes }: Pick<FoundNetwork, 'routes'>): NetworkPlan {
  if (!isForeign) return plan
  return { ...plan, routes: plan.routes.filter(({ destination }) => !routes.has(destination)) }
}
