import { servicePortOf } from '../contract/affinity.ts'
import { type Frontend, frontendsOf, winner } from '../contract/frontends.ts'
import type { Cluster } from '../contract/model.ts'
import { leftAlone } from '../contract/proxied.ts'

/**
 * Service ports that a process which starts over the tables of another need not know again: the kernel holds no names,
 * so a service port is known by its cluster IP, else by its other frontends (ADR 31). If what changed meanwhile left it
 * none of them, or mixed these with those of others, its clients may be new.
 */
export function unrecognised(before: Cluster, after: Cluster): ReadonlySet<string> {
  const [had, has] = [ownersOf(before), ownersOf(after)]
  const kept = new Set<string>()
  const certain = new Set<string>()
  const mixed = new Set<string>()
  for (const [frontend, { owner, role }] of has) {
    const former = had.get(frontend)
    if (former?.owner === owner) {
      kept.add(owner)
      if (role === 'cluster-ip' && former.role === role) certain.add(owner)
    } else if (former !== undefined) mixed.add(owner).add(former.owner)
  }
  const owners = [...has.values()].map(({ owner }) => owner)
  return new Set(owners.filter((one) => !certain.has(one) && (!kept.has(one) || mixed.has(one))))
}

/** `10.96.0.1 TCP 80` → whose it is, and as what. */
function ownersOf({ services }: Cluster): ReadonlyMap<string, { readonly owner: string; readonly role: string }> {
  const claims = new Map<string, Frontend[]>()
  for (const frontend of services.filter((service) => leftAlone(service) === undefined).flatMap(frontendsOf)) {
    const { family, address, protocol, port } = frontend
    const key = `${address ?? `${family} node port`} ${protocol} ${port}`
    claims.set(key, [...(claims.get(key) ?? []), frontend])
  }
  return new Map(
    [...claims].flatMap(([key, all]) => {
      const won = winner(all)
      return won === undefined ? [] : [[key, { owner: servicePortOf(won), role: won.role }] as const]
    }),
  )
}
