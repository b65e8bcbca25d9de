import type { News } from '../../routes.ts'
import type { ClassSettings } from '../classes/class-settings.ts'
import { warning } from '../news.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'
import { isExact, starOf } from './star.ts'

/** An Ingress with what its class says. */
export interface Classed {
  readonly resolved: ResolvedIngress
  readonly settings: ClassSettings
}

/** What Ingresses may say, and whose a host is. */
interface Owned {
  readonly ingresses: readonly ResolvedIngress[]
  /** Namespaces by hosts that are served by nobody else’s rules, be they for all hosts. */
  readonly owners: ReadonlyMap<string, string>
  readonly news: readonly News[]
}

/**
 * The Ingresses without what they may not say: where a class has `host-ownership: exclusive`, a host belongs to the
 * namespace of the oldest Ingress that names it. They come, and go, the oldest first.
 */
export const owned = (ingresses: readonly Classed[]): Owned => {
  if (ingresses.every(({ settings }) => settings.hostOwnership === 'shared'))
    return { ingresses: ingresses.map(({ resolved }) => resolved), owners: new Map(), news: [] }
  const news: News[] = []
  const first = new Map<string, Classed>()
  const kept = ingresses.map((one) => {
    const { resolved } = one
    const refused = new Set<string>()
    for (const host of resolved.named) {
      if (host === '') continue
      const owner = first.get(host)
      if (owner === undefined) first.set(host, one)
      else if ((isExclusive(one) || isExclusive(owner)) && namespaceOf(owner) !== namespaceOf(one)) {
        refused.add(host)
        const { namespace, name } = owner.resolved.origin
        const text = `host ${host} belongs to namespace ${namespace}, whose Ingress ${name} comes first: it is left out here`
        news.push(warning(resolved.origin, 'HostOwned', text, { hosts: [host] }))
      }
    }
    return refused.size === 0 ? resolved : without(resolved, refused)
  })
  const owners = new Map([...first].flatMap(([host, one]) => (isExclusive(one) ? [[host, namespaceOf(one)]] : [])))
  return { ingresses: kept, owners, news: [...news, ...keptOut(kept, owners)] }
}

const isExclusive = ({ settings }: Classed): boolean => settings.hostOwnership === 'exclusive'
const namespaceOf = ({ resolved }: Classed): string => resolved.origin.namespace ?? ''

const without = (resolved: ResolvedIngress, refused: ReadonlySet<string>): ResolvedIngress => {
  const may = ({ host }: { readonly host: string }): boolean => !refused.has(host)
  return {
    ...resolved,
    paths: resolved.paths.filter(may),
    defaults: resolved.defaults.filter(may),
    tls: resolved.tls.filter(may),
  }
}

/** Of rules for more hosts than one: that they are for none that belongs to another namespace. */
const keptOut = (ingresses: readonly ResolvedIngress[], owners: ReadonlyMap<string, string>): readonly News[] => {
  const all = [...owners]
  const inside = Map.groupBy(all, ([host]) => (isExact(host) ? starOf(host) : '')).set('', all)
  return ingresses.flatMap(({ origin, paths, defaults }) =>
    [...new Set([...paths, ...defaults].map(({ host }) => host))].flatMap((wide) => {
      const other = inside.get(wide)?.find(([, namespace]) => namespace !== origin.namespace)
      if (other === undefined) return []
      const [host, namespace] = other
      const text = `rules for ${wide || 'all hosts'} are left out for hosts of other namespaces, such as ${host}, which belongs to namespace ${namespace}`
      return [warning(origin, 'HostOwned', text, { hosts: [wide] })]
    }),
  )
}
