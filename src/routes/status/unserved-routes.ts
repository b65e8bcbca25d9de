import type { UnservedRoute } from '../routes.ts'
import type { Bindings } from '../site/gateway-site.ts'

/** Routes at listeners that there is nothing to listen with, or that others stand in the way of. */
export const unservedRoutes = (bindings: Bindings): readonly UnservedRoute[] =>
  [...bindings].flatMap(([{ owner, spec, isServed }, bound]) =>
    isServed
      ? []
      : bound.map(({ route, hostnames }) => ({ route: route.origin, owner, listener: spec.name, hostnames })),
  )
