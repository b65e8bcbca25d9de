import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import type { GatewayHit } from './clauses.ts'
import { byAge, type OwnedListener } from './listeners.ts'
import type { GatewayObjects } from './model.ts'
import { GATEWAY_GROUP, isSelected, labelsOf } from './references.ts'

/** A hostname of a route, and what it has in common with the listener's. */
interface SharedHostname {
  readonly written: string
  readonly shared: string
}

export type AttachedRoute = { readonly hostnames: readonly SharedHostname[] } & (
  | { readonly kind: 'HTTPRoute'; readonly route: HTTPRoute }
  | { readonly kind: 'GRPCRoute'; readonly route: GRPCRoute }
)

type Candidate = Pick<AttachedRoute, 'kind' | 'route'>

/** The routes that a listener accepts, the oldest first. */
export function attachedRoutes(
  objects: GatewayObjects,
  listener: OwnedListener,
  hit: GatewayHit,
): readonly AttachedRoute[] {
  const candidates: readonly Candidate[] = [
    ...objects.httpRoutes.map((route) => ({ kind: 'HTTPRoute' as const, route })),
    ...objects.grpcRoutes.map((route) => ({ kind: 'GRPCRoute' as const, route })),
  ].sort((one, other) => byAge(one.route, other.route))
  const accepted: AttachedRoute[] = []
  for (const { kind, route } of candidates) {
    const namespace = route.metadata?.namespace ?? ''
    const { parentRefs = [] } = route.spec
    if (!parentRefs.some((parent) => isParent(parent, namespace, listener, hit))) continue
    if (!isAllowed(objects, kind, namespace, listener, hit)) continue
    const hostnames = sharedHostnames(listener.listener.hostname ?? '', route.spec.hostnames ?? [], hit)
    if (hostnames.length === 0) continue
    if (accepted.some((other) => other.kind !== kind && haveCommon(other.hostnames, hostnames))) {
      hit('attach/kinds-meet')
      continue
    }
    accepted.push({ kind, route, hostnames } as AttachedRoute)
  }
  return accepted
}

function isParent(parent: ParentReference, namespace: string, of: OwnedListener, hit: GatewayHit): boolean {
  const kind = parent.kind ?? 'Gateway'
  hit(kind === 'Gateway' ? 'attach/gateway' : 'attach/set')
  if ((parent.group ?? GATEWAY_GROUP) !== GATEWAY_GROUP || kind !== of.kind) return false
  if ((parent.namespace ?? namespace) !== of.namespace || parent.name !== of.owner) return false
  if (parent.sectionName) hit('attach/section')
  if (parent.sectionName && parent.sectionName !== of.listener.name) return false
  if (parent.port !== undefined) hit('attach/port')
  if (parent.port !== undefined && parent.port !== of.listener.port) return false
  return true
}

function isAllowed(
  objects: GatewayObjects,
  kind: AttachedRoute['kind'],
  namespace: string,
  of: OwnedListener,
  hit: GatewayHit,
): boolean {
  const { namespaces, kinds = [] } = of.listener.allowedRoutes ?? {}
  if (kinds.length > 0) {
    hit('attach/kind')
    if (!kinds.some((one) => (one.group ?? GATEWAY_GROUP) === GATEWAY_GROUP && one.kind === kind)) return false
  }
  const from = namespaces?.from ?? 'Same'
  if (from === 'All') return true
  if (from === 'Same') {
    if (namespace !== of.namespace) hit('attach/same-namespace')
    return namespace === of.namespace
  }
  hit('attach/selector')
  return isSelected(namespaces?.selector ?? {}, labelsOf(objects, namespace))
}

function sharedHostnames(ofListener: string, written: readonly string[], hit: GatewayHit): readonly SharedHostname[] {
  if (written.length === 0) return [{ written: '', shared: ofListener }]
  const common = written.flatMap((hostname) => {
    const shared = inCommon(ofListener, hostname)
    return shared === undefined ? [] : [{ written: hostname, shared }]
  })
  if (common.length < written.length) hit(common.length === 0 ? 'attach/hostname' : 'attach/other-names')
  return common
}

/** The names that both mean, as a hostname; undefined: there are none. */
const inCommon = (one: string, other: string): string | undefined =>
  isWithin(other, one) ? other : isWithin(one, other) ? one : undefined

/** Whether all that `inner` means, a name or a wildcard, is meant by `outer`. */
const isWithin = (inner: string, outer: string): boolean =>
  outer === '' || inner === outer || (outer.startsWith('*.') && inner !== '' && inner.endsWith(outer.slice(1)))

const haveCommon = (some: readonly SharedHostname[], others: readonly SharedHostname[]): boolean =>
  some.some((one) => others.some((other) => inCommon(one.shared, other.shared) !== undefined))
