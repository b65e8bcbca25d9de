import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import type { News, WantedStatus } from '../routes.ts'
import type { Backend, Certificate, Origin, Site } from '../table/table.ts'

/**
 * What Ingresses are decided from. Keys are `namespace/name`. What has been worked out for an Ingress is kept until it,
 * or an object that it names, is another one: objects are not changed in place.
 */
export interface IngressObjects {
  readonly ingresses: readonly Ingress[]
  readonly classes: readonly IngressClass[]
  readonly service: (key: string) => Service | undefined
  readonly secret: (key: string) => Secret | undefined
  readonly configMap: (key: string) => ConfigMap | undefined
}

export interface IngressOptions {
  /** Whose classes are served: `IngressClass.spec.controller`. */
  readonly controller: string
  /** Where the proxy listens for a port of the site; undefined: nowhere yet, and the site is without that port. */
  readonly bindOf: (site: Origin, port: number) => number | undefined
  /** Where clients reach the site. */
  readonly addresses: readonly { readonly ip?: string; readonly hostname?: string }[]
  /** What a Secret holds; the same function every time, or nothing that is known is kept. */
  readonly certificateOf: (secret: Secret) => SecretCertificate
  /** Shown for hosts with TLS that have no certificate of their own; absent: such hosts have no HTTPS. */
  readonly fallback?: { readonly chain: string; readonly key: string }
  /** What a proxy does not take, in its words, by the id of a rule. */
  readonly refusals: ReadonlyMap<string, string>
}

/** A certificate and its key in PEM with the names that it is for; or why there is none. */
export type SecretCertificate =
  | { readonly chain: string; readonly key: string; readonly names: readonly string[] }
  | { readonly problem: string }

export interface IngressRouting {
  /** Absent: no Ingress is of our classes. */
  readonly site?: Site
  /** Those that the site's addresses should answer on, also where the proxy does not listen yet. */
  readonly wantedPorts: readonly number[]
  readonly backends: ReadonlyMap<string, Backend>
  readonly certificates: ReadonlyMap<string, Certificate>
  /** Of all Ingresses of our classes. */
  readonly statuses: readonly WantedStatus[]
  readonly news: readonly News[]
}
