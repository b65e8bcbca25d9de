import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import { objectKey } from '#objects/object-key.ts'
import type { GatewayView } from '../listeners/gateway-view.ts'
import { type AllowedNamespaces, allowsNamespace } from '../listeners/namespaces.ts'
import type { OwnListener } from '../listeners/own-listener.ts'
import { GATEWAY_GROUP } from '../references/grants.ts'
import type { RouteObjects } from '../route-objects.ts'
import type { Fault } from '../values/fault.ts'
import { commonHostnames } from '../values/hostname.ts'
import { remembered } from '../values/remembered.ts'
import type { AnyRoute } from './any-route.ts'

/** A route at a listener, under the names that both have. */
export interface Attachment {
  readonly listener: OwnListener
  readonly hostnames: readonly string[]
}

/** What becomes of one of a route's parents that is ours. */
export interface Parent {
  readonly ref: ParentReference
  readonly gateway: GatewayView
  readonly attachments: readonly Attachment[]
  /** Why it is attached to none of its listeners. */
  readonly refused?: Fault
}

/** What routes may hang on, by `Gateway namespace/name` and `ListenerSet namespace/name`. */
interface Hook {
  readonly gateway: GatewayView
  readonly listeners: readonly OwnListener[]
  /** Whether nothing can hang on it as it hangs on nothing itself. */
  readonly refused?: Fault
}
type Hooks = ReadonlyMap<string, Hook>

export const hooksOf = (gateways: readonly GatewayView[]): Hooks => {
  const hooks = new Map<string, Hook>()
  for (const gateway of gateways) {
    hooks.set(`Gateway ${gateway.origin.namespace}/${gateway.origin.name}`, { gateway, listeners: gateway.listeners })
    for (const { origin, listeners, refused } of gateway.sets)
      hooks.set(`ListenerSet ${origin.namespace}/${origin.name}`, { gateway, listeners, ...(refused && { refused }) })
  }
  return hooks
}

/** Of all parents of a route those that are ours, in its order. */
export const attach = (route: AnyRoute, hooks: Hooks, objects: RouteObjects): readonly Parent[] => {
  const parents: Parent[] = []
  for (const ref of parentRefsOf(route, hooks)) {
    const hook = hooks.get(hookKey(ref, route.origin.namespace))
    if (hook !== undefined) parents.push(attachTo(route, ref, hook, objects))
  }
  return parents
}

/** A text that is kept is found sooner than one that is made anew. */
const hookKey = remembered(
  ({ group = GATEWAY_GROUP, kind = 'Gateway', namespace, name }: ParentReference, own: string): string =>
    group === GATEWAY_GROUP ? `${kind} ${objectKey(namespace ?? own, name)}` : '',
)

/** Its own, and the Gateways that say that they are the default, where it wants them. */
const parentRefsOf = ({ parentRefs, usesDefaults, origin }: AnyRoute, hooks: Hooks): readonly ParentReference[] => {
  if (!usesDefaults) return parentRefs
  const defaults = new Set<GatewayView>()
  for (const { gateway } of hooks.values()) if (gateway.gateway.spec.defaultScope === 'All') defaults.add(gateway)
  const own = new Set(parentRefs.map((ref) => hookKey(ref, origin.namespace)))
  return [
    ...parentRefs,
    ...[...defaults]
      .filter((gateway) => !own.has(`Gateway ${gateway.origin.namespace}/${gateway.origin.name}`))
      .map(({ origin: { namespace, name } }) => ({ group: GATEWAY_GROUP, kind: 'Gateway', namespace, name })),
  ]
}

const attachTo = (route: AnyRoute, ref: ParentReference, hook: Hook, objects: RouteObjects): Parent => {
  const hooked = `${ref.kind ?? 'Gateway'} ${ref.name}`
  const refuse = (reason: string, message: string): Parent => ({
    ref,
    gateway: hook.gateway,
    attachments: [],
    refused: { reason, message },
  })
  if (hook.refused !== undefined)
    return refuse('NoMatchingParent', `${hooked} is not attached: ${hook.refused.message}`)
  const meant = hook.listeners.filter(
    ({ spec }) => (!ref.sectionName || spec.name === ref.sectionName) && (!ref.port || spec.port === ref.port),
  )
  if (meant.length === 0) return refuse('NoMatchingParent', `${hooked} has no listener ${nameOf(ref)}`)
  const open = meant.filter((listener) => takes(listener, route, objects))
  if (open.length === 0) return refuse('NotAllowedByListeners', notTaken(meant, `of ${hooked}${portOf(ref)}`, route))
  if (route.refused !== undefined) return { ...refuse(route.refused.reason, route.refused.message) }
  const attachments: Attachment[] = []
  for (const listener of open) {
    const hostnames = commonHostnames(listener.hostname, route.hostnames)
    if (hostnames.length > 0) attachments.push({ listener, hostnames })
  }
  if (attachments.length === 0)
    return refuse('NoMatchingListenerHostname', notCommon(open, `of ${hooked}${portOf(ref)}`, route))
  return { ref, gateway: hook.gateway, attachments }
}

const nameOf = ({ sectionName, port }: ParentReference): string =>
  [...(sectionName ? [sectionName] : []), ...(port ? [`at port ${port}`] : [])].join(' ') || 'at all'

const portOf = ({ port }: ParentReference): string => (port ? ` at port ${port}` : '')

/** Whether it is the kind of a route or its namespace that none of the listeners takes that are meant. */
const notTaken = (meant: readonly OwnListener[], of: string, { kind, origin }: AnyRoute): string => {
  const ofKind = meant.filter(({ kinds }) => kinds.includes(kind))
  const what = ofKind.length > 0 ? `${kind}s of the namespace ${origin.namespace}` : `${kind}s`
  const [first, ...others] = ofKind.length > 0 ? ofKind : meant
  if (others.length > 0) return `no listener ${of} takes ${what}`
  const kinds = ofKind.length > 0 ? [] : first!.kinds.map((one) => `${one}s`)
  return `listener ${first!.spec.name} ${of} takes no ${what}${kinds.length > 0 ? `, only ${kinds.join(' and ')}` : ''}`
}

/** `open`: listeners that take the route, and have none of its hostnames. */
const notCommon = (open: readonly OwnListener[], of: string, { hostnames }: AnyRoute): string => {
  const [first, ...others] = open
  const names = hostnames.join(', ')
  return others.length > 0
    ? `no listener ${of} that takes it has a hostname in common with ${names}`
    : `listener ${first!.spec.name} ${of} is for ${first!.hostname}, which has nothing in common with ${names}`
}

const BY_DEFAULT: AllowedNamespaces = { from: 'Same' }

const takes = ({ kinds, spec, owner }: OwnListener, { kind, origin }: AnyRoute, objects: RouteObjects): boolean => {
  const { namespaces = BY_DEFAULT } = spec.allowedRoutes ?? {}
  return (
    kinds.includes(kind) &&
    allowsNamespace({ ...BY_DEFAULT, ...namespaces }, owner.namespace, origin.namespace, objects)
  )
}
