import type { News } from '../../routes.ts'
import type { ClassSettings } from '../classes/class-settings.ts'
import { warning } from '../news.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'

/** An Ingress with what its class says. */
export interface Classed {
  readonly resolved: ResolvedIngress
  readonly settings: ClassSettings
}

/**
 * The Ingresses without what they may not say: where a class has `host-ownership: exclusive`, a host belongs to the
 * namespace of the oldest Ingress that names it. They come, and go, the oldest first.
 */
export const owned = (
  ingresses: readonly Classed[],
): { readonly ingresses: readonly ResolvedIngress[]; readonly news: readonly News[] } => {
  if (ingresses.every(({ settings }) => settings.hostOwnership === 'shared'))
    return { ingresses: ingresses.map(({ resolved }) => resolved), news: [] }
  const news: News[] = []
  const owners = new Map<string, ResolvedIngress>()
  const kept = ingresses.map(({ resolved, settings }) => {
    const refused = new Set<string>()
    for (const host of resolved.named) {
      if (host === '') continue
      const owner = owners.get(host)
      if (owner === undefined) owners.set(host, resolved)
      else if (settings.hostOwnership === 'exclusive' && owner.origin.namespace !== resolved.origin.namespace) {
        refused.add(host)
        const { namespace, name } = owner.origin
        const text = `host ${host} belongs to namespace ${namespace}, whose Ingress ${name} comes first: it is left out here`
        news.push(warning(resolved.origin, 'HostOwned', text))
      }
    }
    return refused.size === 0 ? resolved : without(resolved, refused)
  })
  return { ingresses: kept, news }
}

const without = (resolved: ResolvedIngress, refused: ReadonlySet<string>): ResolvedIngress => {
  const may = ({ host }: { readonly host: string }): boolean => !refused.has(host)
  return {
    ...resolved,
    paths: resolved.paths.filter(may),
    defaults: resolved.defaults.filter(may),
    tls: resolved.tls.filter(may),
  }
}
