import type { News } from '../routes.ts'
import type { Bindings } from '../site/gateway-site.ts'
import { oldestOf } from '../site/site-of.ts'

/** Routes of connections that get none, since an older one has the port: their conditions have no word for it. */
export const shadowedRoutes = (bindings: Bindings): News[] => {
  const news: News[] = []
  for (const [{ spec, owner }, bound] of bindings) {
    if (bound.length < 2 || (spec.protocol !== 'TCP' && spec.protocol !== 'UDP')) continue
    const oldest = oldestOf(bound)!
    for (const { route } of bound)
      if (route !== oldest.route)
        news.push({
          object: route.origin,
          type: 'Warning',
          reason: 'PortTaken',
          message: `listener ${spec.name} of ${owner.kind} ${owner.namespace}/${owner.name} has one route alone, and ${oldest.route.kind} ${oldest.route.seniority.key} comes first`,
        })
  }
  return news
}
