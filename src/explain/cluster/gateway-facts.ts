import type { RouteObjects } from '#routes/route-objects.ts'
import type { Routes } from '#routes/routes.ts'
import type { Unseen } from '../trace/unseen.ts'

/** The objects that gateways are made of, as lists. */
export type GatewayObjects = Omit<RouteObjects, 'namespaceLabels' | 'service' | 'secret' | 'configMap'>

/** What is known of the gateways of a cluster: what is asked for, and what follows from it. */
export interface GatewayFacts {
  readonly objects: GatewayObjects
  readonly routes: Routes
  /** What the proxies do not take, in their words, by the id of a rule or of a listener. */
  readonly refusals: ReadonlyMap<string, string>
  /** What of a rule has to wait though it is served, by its id. */
  readonly waiting: ReadonlyMap<string, string>
  /** Names of certificates’ Secrets by namespaces, of those in which one that somebody names is not there. */
  readonly tlsSecrets?: ReadonlyMap<string, readonly string[]>
  /** What of it nobody could look at. */
  readonly unseen: readonly Unseen[]
}
