import type { Hit } from './clause.ts'
import type { Endpoint } from './endpoints.ts'
import type { Node } from './model.ts'

/** Who may answer under a policy. `none`: nobody anywhere; `elsewhere`: somebody, and not here. */
export type Choice = 'none' | 'elsewhere' | readonly Endpoint[]

/** Policy Cluster: the ready ones, nearer ones by hints; else those that serve while they terminate. */
export function clusterChoice(endpoints: readonly Endpoint[], node: Node, hit: Hit): Choice {
  const ready = endpoints.filter((one) => one.ready)
  if (ready.length > 0) {
    if (ready.length < endpoints.length) hit('endpoints/ready')
    return nearer(ready, node, hit)
  }
  const leaving = endpoints.filter((one) => one.leaving)
  if (leaving.length === 0) return 'none'
  hit('endpoints/terminating')
  return leaving
}

/** Policy Local: the same among those of this node, by themselves, and whatever the hints. */
export function localChoice(endpoints: readonly Endpoint[], node: Node, hit: Hit): Choice {
  const usable = endpoints.filter((one) => one.ready || one.leaving)
  if (usable.length === 0) return 'none'
  const here = usable.filter((one) => one.node === node.name)
  if (here.length === 0) return 'elsewhere'
  const ready = here.filter((one) => one.ready)
  if (ready.some((one) => one.nodes.length + one.zones.length > 0)) hit('topology/not-local')
  if (ready.length > 0) return ready
  hit('endpoints/terminating')
  if (usable.some((one) => one.ready)) hit('endpoints/fallback-apart')
  return here
}

function nearer(ready: readonly Endpoint[], { name, zone }: Node, hit: Hit): readonly Endpoint[] {
  const kinds = [
    { clause: 'topology/node', meant: ({ nodes }: Endpoint) => nodes, here: name },
    { clause: 'topology/zone', meant: ({ zones }: Endpoint) => zones, here: zone },
  ] as const
  for (const { clause, meant, here } of kinds) {
    const hinted = ready.filter((one) => meant(one).length > 0)
    if (hinted.length === 0) continue
    const near = here ? ready.filter((one) => meant(one).includes(here)) : []
    if (hinted.length < ready.length) hit('topology/incomplete')
    else if (near.length === 0) hit('topology/none-here')
    else {
      if (near.length < ready.length) hit(clause)
      return near
    }
  }
  return ready
}
