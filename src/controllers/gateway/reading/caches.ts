import type { BackendTLSPolicy } from '#api/gatewayapi/backendtlspolicy/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import type { ReferenceGrant } from '#api/gatewayapi/referencegrant/message.ts'
import type { TCPRoute } from '#api/gatewayapi/tcproute/message.ts'
import type { TLSRoute } from '#api/gatewayapi/tlsroute/message.ts'
import type { UDPRoute } from '#api/gatewayapi/udproute/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { ControllerContext } from '../../context.ts'
import { eachServed } from '../../each-served.ts'
import { sameValue } from '../../values/equal.ts'

/** The kinds of the Gateway API: custom resources, which may be there or not, and come and go. */
interface GatewayKinds {
  readonly BackendTLSPolicy: BackendTLSPolicy
  readonly GRPCRoute: GRPCRoute
  readonly Gateway: Gateway
  readonly GatewayClass: GatewayClass
  readonly HTTPRoute: HTTPRoute
  readonly ListenerSet: ListenerSet
  readonly ReferenceGrant: ReferenceGrant
  readonly TCPRoute: TCPRoute
  readonly TLSRoute: TLSRoute
  readonly UDPRoute: UDPRoute
}
// By name: their declarations would be read at each start, for clusters that have no use for them.
const GROUP = 'gateway.networking.k8s.io'
const KINDS: { readonly [Kind in keyof GatewayKinds]: true } = {
  BackendTLSPolicy: true,
  GRPCRoute: true,
  Gateway: true,
  GatewayClass: true,
  HTTPRoute: true,
  ListenerSet: true,
  ReferenceGrant: true,
  TCPRoute: true,
  TLSRoute: true,
  UDPRoute: true,
}

type Note = (object: ApiObject) => void

/** The caches of the Gateway API's kinds that are served now. Who has none of them is told that nothing is there. */
export class GatewayCaches {
  readonly #caches = new Map<string, Informer<ApiObject>>()

  /**
   * `asked` is called with objects that come and go, or ask for something else than before; `said` with those whose status
   * somebody has written; `others` when a kind's objects have all come, or it has gone.
   */
  constructor(
    context: ControllerContext,
    told: { readonly asked: Note; readonly said: Note; readonly others: () => void },
  ) {
    eachServed(context, (resource) => {
      if (resource.group !== GROUP || !Object.hasOwn(KINDS, resource.kind)) return undefined
      const cache = context.informers.for(resource)
      this.#caches.set(resource.kind, cache)
      cache.addHandlers(askedHandlers(told.asked, told.said))
      void cache.hasSynced.then(told.others)
      return () => {
        this.#caches.delete(resource.kind)
        told.others()
      }
    })
  }

  /** Those that there are now. */
  get caches(): readonly Informer<ApiObject>[] {
    return [...this.#caches.values()]
  }

  /** Who decides before all of them have come, also of kinds that are served late, takes what is there for gone. */
  get haveSynced(): boolean {
    return this.caches.every(({ synced }) => synced)
  }

  /** Of all namespaces, those that somebody has deleted left out. */
  list<Kind extends keyof GatewayKinds>(kind: Kind): readonly GatewayKinds[Kind][] {
    const all = this.#caches.get(kind)?.lister.list() ?? []
    return all.filter((one) => !isLeaving(one)) as unknown as readonly GatewayKinds[Kind][]
  }

  /** In the version in which it is served. */
  find(kind: string, key: string): { readonly resource: Resource; readonly object: ApiObject } | undefined {
    const cache = this.#caches.get(kind)
    const object = cache?.lister.byKey(key)
    return object && cache && { resource: cache.resource, object }
  }

  /** All that may have a status of ours among those of others. */
  *all(): Iterable<ApiObject> {
    for (const cache of this.#caches.values()) yield* cache.lister.list()
  }
}

/** Whether an object asks for something else than it did: its status is not looked at. */
const asksElse = (before: ApiObject, after: ApiObject): boolean => {
  const [old, now] = [before.metadata, after.metadata]
  return (
    old?.generation !== now?.generation ||
    old?.deletionTimestamp !== now?.deletionTimestamp ||
    !sameValue(old?.labels, now?.labels) ||
    !sameValue(old?.annotations, now?.annotations)
  )
}

/** Handlers that tell what an object asks for apart from what is said of it. */
export const askedHandlers = (asked: Note, said: Note = () => undefined) => ({
  onAdd: asked,
  onDelete: asked,
  onUpdate: (before: ApiObject, after: ApiObject) => (asksElse(before, after) ? asked(after) : said(after)),
})
