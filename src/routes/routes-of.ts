import { keyOf } from '#objects/object-key.ts'
import { allRoutes } from './attach/any-route.ts'
import { attach, hooksOf } from './attach/attach.ts'
import { type AttachedRoute, withOneKind } from './attach/one-kind.ts'
import { ingressSite } from './ingress/ingress-site.ts'
import { type GatewayView, setsByGateway, viewGateway } from './listeners/gateway-view.ts'
import { backendPolicies } from './references/backend-policies.ts'
import type { BackendReferences } from './references/backends.ts'
import { permitsOf } from './references/grants.ts'
import type { RouteObjects, RouteOptions } from './route-objects.ts'
import type { News, Routes, WantedStatus } from './routes.ts'
import { classParameters, isFault } from './settings/parameters.ts'
import type { SiteSettings } from './settings/site-settings.ts'
import { bindingsOf } from './site/gateway-site.ts'
import { siteOf } from './site/site-of.ts'
import { TableParts } from './site/table-parts.ts'
import { classStatus } from './status/class-status.ts'
import { gatewayStatuses } from './status/gateway-status.ts'
import { policyStatuses } from './status/policy-status.ts'
import { attachedRoutes, routeStatuses } from './status/route-status.ts'
import { shadowedRoutes } from './status/shadowed-routes.ts'
import { unservedRoutes } from './status/unserved-routes.ts'
import type { Fault } from './values/fault.ts'

/**
 * What becomes of all Ingresses, and of all objects of the Gateway API: the table of the proxies, what the kernel is to
 * forward, and what people are told. All of it is computed each time; what an object says, and what follows from the same
 * objects, is kept from one time to the next.
 */
export const routesOf = (objects: RouteObjects, options: RouteOptions): Routes => {
  const references: BackendReferences = {
    objects,
    options,
    permits: permitsOf(objects.referenceGrants),
    policies: backendPolicies(objects, options),
  }
  const gateways = gatewaysOf(references)
  const hooks = hooksOf(gateways)
  const attached = withOneKind(
    allRoutes(objects).map((route): AttachedRoute => ({ route, parents: attach(route, hooks, objects) })),
  )
  const bindings = bindingsOf(attached, references)
  const parts = new TableParts()
  const sites = gateways.map((gateway) => siteOf(gateway, bindings, options, parts))
  const classes = objects.gatewayClasses.filter(({ spec }) => spec.controllerName === options.controllerName)
  const ingress = ingressSite(objects, options)
  parts.addSite(ingress)
  let statuses: readonly WantedStatus[] | undefined
  const statusesOnce = (): readonly WantedStatus[] => [
    ...classes.map((one) => classStatus(one, objects, options)),
    ...gateways.flatMap((gateway) =>
      gatewayStatuses(gateway, (listener) => attachedRoutes(bindings.get(listener), options), options),
    ),
    ...routeStatuses(attached, bindings, references),
    ...policyStatuses(attached, references),
    ...ingress.statuses,
  ]
  let news: readonly News[] | undefined
  return {
    table: {
      sites: [...sites.map(({ site }) => site), ...(ingress.site ? [ingress.site] : [])].filter(
        ({ ports }) => ports.length > 0,
      ),
      ...parts.parts(),
    },
    kernelPorts: sites.flatMap((site) => site.kernelPorts),
    wantedPorts: [...sites.flatMap((site) => site.wantedPorts), ...ingress.wantedPorts],
    // Who serves routes asks for none of these, each time that one of a thousand has changed.
    get statuses() {
      statuses ??= statusesOnce()
      return statuses
    },
    get unserved() {
      return unservedRoutes(bindings)
    },
    get news() {
      news ??= [...shadowedRoutes(bindings), ...ingress.news]
      return news
    },
  }
}

/** The Gateways of classes of ours. */
const gatewaysOf = (references: BackendReferences): readonly GatewayView[] => {
  const { objects, options } = references
  const classes = new Map<string, SiteSettings | Fault>()
  for (const one of objects.gatewayClasses) {
    if (one.spec.controllerName !== options.controllerName) continue
    const name = one.metadata?.name ?? ''
    const found = classParameters(one, objects.configMap)
    classes.set(name, isFault(found) ? { ...found, message: `GatewayClass ${name}: ${found.message}` } : found)
  }
  const sets = setsByGateway(objects.listenerSets)
  return objects.gateways.flatMap((gateway) => {
    const ofClass = classes.get(gateway.spec.gatewayClassName)
    return ofClass ? [viewGateway(gateway, sets.get(keyOf(gateway)) ?? [], ofClass, references)] : []
  })
}
