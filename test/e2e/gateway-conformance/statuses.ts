import { INFRA } from './objects.ts'
import { type Seen, type Suite, until } from './suite.ts'

const CONTROLLER = 'fairlead.dev/gateway-controller'

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly observedGeneration?: number
}

/** `Accepted=True:Reason`: what of it is absent may be anything. */
const missing = (conditions: readonly Condition[] | undefined, wanted: string): string | undefined => {
  const [, type, status, reason] = /^(\w+)(?:=(\w+))?(?::(\w+))?$/.exec(wanted)!
  const found = conditions?.some(
    (one) => one.type === type && (!status || one.status === status) && (!reason || one.reason === reason),
  )
  const told = conditions?.map((one) => `${one.type}=${one.status}:${one.reason}`).join(' ')
  return found ? undefined : `${wanted} is not among: ${told}`
}
const anyMissing = (conditions: readonly Condition[] | undefined, wanted: readonly string[]): string | undefined =>
  wanted.map((one) => missing(conditions, one)).find((one) => one !== undefined)

/** A condition that tells of an object as it was before. */
const stale = ({ metadata }: Seen, conditions: readonly Condition[] = []): string | undefined => {
  const old = conditions.filter((one) => one.observedGeneration !== metadata?.generation)
  return old.length === 0
    ? undefined
    : `generation ${metadata?.generation}, and ${old.map((one) => `${one.type} of ${one.observedGeneration}`).join(', ')}`
}

export interface Listener {
  readonly name: string
  readonly kinds?: readonly string[]
  readonly attached?: number
  readonly conditions: readonly string[]
}
export const GOOD = ['ResolvedRefs=True', 'Accepted=True', 'Programmed=True']
/** A listener that routes attach to. */
export const serves = (name: string, attached: number, kinds: readonly string[] = ['HTTPRoute']): Listener => ({
  name,
  kinds,
  attached,
  conditions: ['Accepted=True', 'ResolvedRefs=True'],
})

const listenersDiffer = (seen: Seen, wanted: readonly Listener[]): string | undefined => {
  const actual = (seen.status?.listeners ?? []) as readonly {
    readonly name: string
    readonly attachedRoutes: number
    readonly supportedKinds?: readonly { readonly kind: string }[]
    readonly conditions: readonly Condition[]
  }[]
  if (actual.length !== wanted.length) return `${actual.length} listeners`
  for (const { name, kinds = [], attached = 0, conditions } of wanted) {
    const one = actual.find((listener) => listener.name === name)
    if (!one) return `no listener ${name}`
    const have = one.supportedKinds?.map(({ kind }) => kind) ?? []
    if ((kinds.length === 0 && have.length > 0) || kinds.some((kind) => !have.includes(kind)))
      return `${name}: kinds are ${have}`
    if (one.attachedRoutes !== attached) return `${name}: ${one.attachedRoutes} routes`
    const lacks = anyMissing(one.conditions, conditions)
    if (lacks) return `${name}: ${lacks}`
  }
  return undefined
}

/** What the suite looks at in statuses, and no more. Names are of one namespace where none is told. */
export class Statuses {
  readonly suite: Suite
  constructor(suite: Suite) {
    this.suite = suite
  }

  async #seen(
    kind: string,
    name: string,
    namespace: string,
    what: string,
    look: (seen: Seen) => string | undefined,
  ): Promise<Seen> {
    let last: Seen | undefined
    await until(`${kind} ${namespace}/${name}: ${what}`, async () => {
      last = await this.suite.get(kind, name, namespace)
      return look(last)
    })
    this.suite.assert.ok(last, what)
    return last!
  }

  /** All Gateways of a namespace are Accepted and Programmed, all its pods are Ready. */
  async ready(...namespaces: readonly string[]): Promise<void> {
    for (const namespace of namespaces.length > 0 ? namespaces : [INFRA])
      await until(`${namespace} is ready`, async () => {
        for (const one of await this.suite.list('Gateway', namespace)) {
          if (one.metadata?.annotations?.['gateway-api/skip-this-for-readiness'] === 'true') continue
          const { conditions } = one.status ?? {}
          const lacks = stale(one, conditions) ?? anyMissing(conditions, ['Accepted=True', 'Programmed=True'])
          if (lacks) return `${one.metadata?.name}: ${lacks}`
        }
        for (const pod of await this.suite.list('Pod', namespace)) {
          const ready = missing(pod.status?.conditions, 'Ready=True') === undefined
          if (!ready && !pod.metadata?.deletionTimestamp) return `${pod.metadata?.name} is not Ready`
        }
        return undefined
      })
  }

  latest(kind: string, name: string, namespace = INFRA): Promise<Seen> {
    return this.#seen(kind, name, namespace, 'tells of what it is now', (seen) => {
      const parents = (seen.status?.parents ?? []) as readonly { readonly conditions: readonly Condition[] }[]
      return (
        stale(seen, seen.status?.conditions) ??
        parents.map(({ conditions }) => stale(seen, conditions)).find((one) => one !== undefined)
      )
    })
  }

  /** A Gateway's, a GatewayClass's or a ListenerSet's own conditions. */
  has(kind: string, name: string, conditions: readonly string[], namespace = INFRA): Promise<Seen> {
    return this.#seen(
      kind,
      name,
      namespace,
      conditions.join(' '),
      (seen) => stale(seen, seen.status?.conditions) ?? anyMissing(seen.status?.conditions, conditions),
    )
  }

  /** The address of a Gateway, with the port of a listener: its first, or that of a name. */
  async address(name: string, listener = ''): Promise<{ readonly host: string; readonly port: number }> {
    const seen = await this.#seen('Gateway', name, INFRA, 'has an address', (gateway) => {
      const typed = (gateway.status?.addresses ?? []).some(({ type }: { type?: string }) => type !== undefined)
      return stale(gateway, gateway.status?.conditions) ?? (typed ? undefined : 'no address')
    })
    const listeners = seen.spec.listeners as readonly { readonly name: string; readonly port: number }[]
    const port = (listeners.find((one) => one.name === listener) ?? listeners[0])!.port
    return { host: seen.status.addresses[0].value, port }
  }

  /** Routes are Accepted by a parent, `GATEWAY#listener` or `ListenerSet/NAME`, of which all listeners are good. Gives its address. */
  async accepted(parent: string, kind: string, ...routes: readonly string[]) {
    const [, parentKind = 'Gateway', name, listeners] = /^(?:(\w+)\/)?([^#]+)(?:#(.+))?$/.exec(parent)!
    const sections = listeners?.split(',') ?? [undefined]
    const address = parentKind === 'Gateway' ? await this.address(name!, sections[0]) : undefined
    for (const one of routes) {
      const [route, namespace = INFRA] = one.split('/').reverse() as [string, string?]
      await this.parents(kind, route, namespace, parentKind, name!, ['Accepted=True:Accepted'], sections.length)
    }
    await this.#seen(parentKind, name!, INFRA, 'all its listeners are good', (seen) => {
      const all = (seen.status?.listeners ?? []) as readonly { readonly conditions: readonly Condition[] }[]
      return all.map(({ conditions }) => anyMissing(conditions, GOOD)).find((lacks) => lacks !== undefined)
    })
    return address!
  }

  /** As many parents of that name as are expected, with all that a reference has by default. */
  parents(
    kind: string,
    route: string,
    namespace: string,
    parentKind: string,
    parent: string,
    conditions: readonly string[],
    many = 1,
  ) {
    return this.#seen(kind, route, namespace, `${conditions} by ${parent}`, (seen) => {
      const right = ((seen.status?.parents ?? []) as readonly ParentStatus[]).filter(
        ({ parentRef, controllerName }) =>
          controllerName === CONTROLLER &&
          parentRef.group === 'gateway.networking.k8s.io' &&
          parentRef.kind === parentKind &&
          parentRef.name === parent &&
          (parentRef.namespace === INFRA || (parentRef.namespace === undefined && namespace === INFRA)),
      )
      if (right.length < many) return `parents are ${JSON.stringify(seen.status?.parents)}`
      return right.map((one) => stale(seen, one.conditions) ?? anyMissing(one.conditions, conditions)).find(Boolean)
    })
  }

  /** A route's or a policy's conditions for a Gateway. */
  forGateway(kind: string, name: string, gateway: string, conditions: readonly string[], namespace = INFRA) {
    return this.#seen(kind, name, namespace, `${conditions} for ${gateway}`, (seen) => {
      const { parents = [], ancestors = [] } = seen.status ?? {}
      const all = [...parents, ...ancestors] as readonly ParentStatus[]
      for (const one of all) {
        const old = stale(seen, one.conditions)
        if (old) return old
      }
      const mine = all.filter(({ parentRef, ancestorRef }) => {
        const ref = (parentRef ?? ancestorRef)!
        return ref.name === gateway && (ref.namespace === undefined || ref.namespace === INFRA)
      })
      const lacks = mine.map((one) => anyMissing(one.conditions, conditions))
      return lacks.includes(undefined) ? undefined : (lacks[0] ?? `not told of ${gateway}`)
    })
  }

  resolved(kind: string, gateway: string, ...routes: readonly string[]): Promise<readonly Seen[]> {
    return Promise.all(
      routes.map((one) => {
        const [name, namespace = INFRA] = one.split('/').reverse() as [string, string?]
        return this.forGateway(kind, name, gateway, ['ResolvedRefs=True:ResolvedRefs'], namespace)
      }),
    )
  }

  /** A route hangs nowhere, and a Gateway of one listener has none. */
  async attachesNowhere(kind: string, route: string, gateway: string, namespace = INFRA): Promise<void> {
    await this.#seen(kind, route, namespace, 'is Accepted nowhere', (seen) => {
      const parents = (seen.status?.parents ?? []) as readonly ParentStatus[]
      if (parents.length > 1) return `${parents.length} parents`
      return parents[0] && (stale(seen, parents[0].conditions) ?? missing(parents[0].conditions, 'Accepted=False'))
    })
    await this.noRoutes(gateway)
  }

  noRoutes(gateway: string): Promise<Seen> {
    return this.#seen('Gateway', gateway, INFRA, 'has no routes', (seen) => {
      const listeners = (seen.status?.listeners ?? []) as readonly { readonly attachedRoutes: number }[]
      const none = listeners.length === 0 || (listeners.length === 1 && listeners[0]!.attachedRoutes === 0)
      return stale(seen, seen.status?.conditions) ?? (none ? undefined : JSON.stringify(listeners))
    })
  }

  /** These listeners are in the status, and no others. */
  listeners(name: string, wanted: readonly Listener[], kind = 'Gateway', namespace = INFRA): Promise<Seen> {
    return this.#seen(
      kind,
      name,
      namespace,
      'its listeners',
      (seen) => stale(seen, seen.status?.conditions) ?? listenersDiffer(seen, wanted),
    )
  }

  /** One listener has these conditions. */
  listener(name: string, listener: string, conditions: readonly string[], kind = 'Gateway', namespace = INFRA) {
    return this.#seen(kind, name, namespace, `listener ${listener}`, (seen) => {
      const one = seen.status?.listeners?.find((found: { readonly name: string }) => found.name === listener)
      return one ? anyMissing(one.conditions, conditions) : 'is not there'
    })
  }

  sets(gateway: string, count: number): Promise<Seen> {
    return this.#seen('Gateway', gateway, INFRA, `has ${count} ListenerSets`, (seen) => {
      const have = seen.status?.attachedListenerSets ?? 0
      return stale(seen, seen.status?.conditions) ?? (have === count ? undefined : `${have}`)
    })
  }
}

interface Ref {
  readonly group?: string
  readonly kind?: string
  readonly name: string
  readonly namespace?: string
}
interface ParentStatus {
  readonly parentRef: Ref
  readonly ancestorRef?: Ref
  readonly controllerName: string
  readonly conditions: readonly Condition[]
}
