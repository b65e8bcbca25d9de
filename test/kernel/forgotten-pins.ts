import { servicePortOf } from '../contract/affinity.ts'
import { type Frontend, frontendsOf, winner } from '../contract/frontends.ts'
import type { Cluster } from '../contract/model.ts'
import { leftAlone } from '../contract/proxied.ts'

/**
 * Service ports that a process which starts over the tables of another need not know again: the kernel holds no names,
 * so a service port is known by its frontends (ADR 31). If what changed meanwhile left it none of them, or mixed them
 * with those of others, its clients may be new.
 */
export function unrecognised(before: Cluster, after: Cluster): ReadonlySet<string> {
  const [had, has] = [ownersOf(before), ownersOf(after)]
  const kept = new Set<string>()
  const mixed = new Set<string>()
  for (const [frontend, owner] of has) {
    const former = had.get(frontend)
    if (former === owner) kept.add(owner)
    else if (former !== undefined) mixed.add(owner).add(former)
  }
  return new Set([...has.values()].filter((one) => !kept.has(one) || mixed.has(one)))
}

/** `10.96.0.1 TCP 80` → whose it is. */
function ownersOf({ services }: Cluster): ReadonlyMap<string, string> {
  const claims = new Map<string, Frontend[]>()
  for (const frontend of services.filter((service) => leftAlone(service) === undefined).flatMap(frontendsOf)) {
    const { family, address, protocol, port } = frontend
    const key = `${address ?? `${family} node port`} ${protocol} ${port}`
    claims.set(key, [...(claims.get(key) ?? []), frontend])
  }
  return new Map(
    [...claims].flatMap(([key, all]) => {
      const owner = winner(all)
      return owner === undefined ? [] : [[key, servicePortOf(owner)] as const]
    }),
  )
}
