import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Clock } from '#clock/clock.ts'
import type { Authenticator } from './access/authentication.ts'
import type { Authorizer } from './access/authorizer.ts'
import type { Review } from './access/reviews/review.ts'
import type { TokenSigner } from './access/token.ts'
import type { AuditSink } from './audit/audit-event.ts'
import type { CustomResources } from './custom/custom-resources.ts'
import type { Flows } from './flowcontrol/flows.ts'
import type { RequestCounter } from './http/request-counter.ts'
import type { Seats } from './http/seats.ts'
import type { KubeletLocator } from './kubelet-proxy.ts'
import type { Dial } from './proxy/destination.ts'
import type { Registry } from './registry/registry.ts'
import type { SubresourceHandlers } from './subresources/subresource.ts'
import type { LazyWebhookClient } from './webhooks/client/lazy-client.ts'
import type { WebhookCounter } from './webhooks/webhook-counter.ts'

/** What the stages share. */
export interface ServerContext {
  readonly registry: Registry
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** Issuer and keys of ServiceAccount tokens. */
  readonly signer: TokenSigner
  /** What is served: it changes. */
  readonly catalogue: Catalogue
  readonly reviews: readonly Review[]
  readonly subresources: SubresourceHandlers
  readonly kubelet: KubeletLocator
  /** How what is behind pods, Services and nodes is reached. */
  readonly dial: Dial
  /** Who asks webhooks, of admission and of conversion. */
  readonly webhooks: LazyWebhookClient
  /** Whether what is defined is served by now. */
  readonly custom: CustomResources
  /** An integer in [0, below). */
  readonly random: (below: number) => number
  readonly counter: RequestCounter
  readonly webhookCounter: WebhookCounter
  /** Who keeps the audit log, where there is one. */
  readonly audit?: AuditSink
  /** Requests that are worked on. */
  readonly seats: Seats
  /** Which flow a request is of. */
  readonly flows: Flows
  /** When the time of a watch comes. */
  readonly after: Clock['after']
  /** Aborts when the server closes: open streams end. */
  readonly signal: AbortSignal
  /** Where clients reach this server, `address:port`. */
  readonly advertised: string
}
