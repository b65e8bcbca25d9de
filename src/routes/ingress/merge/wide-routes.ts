import type { Entry } from '../../table/entry.ts'
import type { Listener, SitePort } from '../../table/table.ts'
import type { Route } from './host-routes.ts'

/** Which of its entries a route has at a port: those of HTTPS, those without TLS, or those that send to HTTPS. */
export type Manner = 'encrypted' | 'plain' | 'to-https'

export const mannerEntries = (manner: Manner, routes: readonly Route[]): readonly Entry[] =>
  routes.flatMap(({ placed: { toHttps }, entries, redirects }) =>
    (manner === 'plain' && toHttps === 'always') || (manner === 'to-https' && toHttps !== 'never')
      ? redirects
      : entries,
  )

/** What a listener has behind its own: routes of wider hosts, in one manner, of one namespace or of all. */
interface Behind {
  readonly manner: Manner
  readonly routes: readonly Route[]
}

/** Routes of hosts with a star and of all hosts, in order of precedence: they stand once, whoever has them behind its own. */
export class WideRoutes {
  readonly #all: readonly Route[]
  readonly #byNamespace: ReadonlyMap<string | undefined, readonly Route[]>
  readonly #used = new Map<string, Behind>()

  constructor(routes: readonly Route[]) {
    this.#all = routes
    this.#byNamespace = Map.groupBy(routes, ({ placed }) => placed.ingress.namespace)
  }

  /** The name of what a listener has behind its own; `owner`: the namespace that its host belongs to. */
  behind(manner: Manner, owner: string | undefined): string | undefined {
    const routes = owner === undefined ? this.#all : (this.#byNamespace.get(owner) ?? [])
    if (routes.length === 0) return undefined
    const name = owner === undefined ? manner : `${manner}.${owner}`
    this.#used.set(name, { manner, routes })
    return name
  }

  /** What those of a port share. */
  sharedBy(listeners: readonly Listener[]): SitePort['shared'] {
    const names = new Set(listeners.flatMap(({ behind }) => behind ?? []))
    const shared = [...names].map((name) => {
      const { manner, routes } = this.#used.get(name)!
      return [name, mannerEntries(manner, routes)] as const
    })
    return shared.length === 0 ? undefined : Object.fromEntries(shared)
  }
}
