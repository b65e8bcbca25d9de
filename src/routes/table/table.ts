import type { Entry } from './entry.ts'
import type { Origin } from './origin.ts'

/**
 * What the gateways of one data plane serve: decided once, from the API's objects alone, and then compiled for a proxy,
 * evaluated (`match()`) and explained. Endpoints are not part of it: they change far more often, and are looked up by
 * what `Backend` names.
 */
export interface RoutingTable {
  readonly sites: readonly Site[]
  /** By their keys; each is used by some entry. */
  readonly backends: ReadonlyMap<string, Backend>
  /** By their keys: those of listeners and backends, and those of Ingresses that a proxy refuses. */
  readonly certificates: ReadonlyMap<string, Certificate>
  /** Bundles of certificates of authorities, in PEM, by their keys. */
  readonly authorities: ReadonlyMap<string, string>
}

/** What has addresses of its own: a Gateway, or all Ingresses of a class. */
export interface Site {
  readonly origin: Origin
  readonly ports: readonly SitePort[]
  /** Ranges whose `X-Forwarded-*` headers are kept and added to; absent: nobody's, they are replaced. */
  readonly trusted?: readonly string[]
  /** What is written of each request; absent: nothing. */
  readonly accessLog?: 'json'
  /** Whether requests are counted by rule; absent: they are not. */
  readonly requestMetrics?: 'rule'
}

/** A port of a site's addresses. Its listeners share it, told apart by the names that clients ask for. */
export interface SitePort {
  /** As clients know it. */
  readonly port: number
  /** Where the proxy listens for it in its pod; of the same number for all replicas. */
  readonly bind: number
  /** `http` is without TLS; on `tls` the server's name leads to HTTPS and TLS listeners alike. */
  readonly kind: 'http' | 'tls'
  /** None of two with the same hostname. */
  readonly listeners: readonly Listener[]
  /**
   * Entries that several listeners have behind their own, in order of precedence, by names that `Listener.behind`
   * has, without slashes and blanks. Stars of their hostnames are those of these listeners.
   */
  readonly shared?: { readonly [name: string]: readonly Entry[] }
  /** Who must show a certificate at this port; absent: nobody. */
  readonly clients?: ClientValidation
  /** Names that no certificate is for are refused, even where a listener is for all names. */
  readonly isStrict?: true
}

export interface Listener {
  readonly origin: Origin
  /** Its section's name; of Ingresses the hostname or `*` for HTTPS, `''` for HTTP. */
  readonly name: string
  /** What it listens for: exact, `*.` and a suffix, or `''` for all. */
  readonly hostname: string
  /** How many labels the star of a hostname stands for: any number in Gateways, one in Ingresses. */
  readonly star: 'one' | 'many'
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS'
  /** Where TLS ends: here (`Terminate`), with these certificates, or at the backend. Absent for HTTP. */
  readonly tls?:
    | { readonly mode: 'Terminate'; readonly certificates: readonly string[] }
    | { readonly mode: 'Passthrough' }
  /**
   * Of HTTP and HTTPS in order of precedence, which is the order of this list alone: the first that matches a request
   * decides. In Ingresses a regular expression may stand before a shorter prefix. Of TLS by hostname.
   */
  readonly entries: readonly Entry[]
  /** Which entries of the port take what none of its own does; absent: none. Not for TLS. */
  readonly behind?: string
}

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly origin: Origin
  /** The host names that it is for, those with a star too. */
  readonly names: readonly string[]
  readonly chain: string
  readonly key: string
}

/** `AllowInsecureFallback` lets those in who show none, or one that nobody signed. */
export interface ClientValidation {
  readonly mode: 'AllowValidOnly' | 'AllowInsecureFallback'
  /** Keys of `RoutingTable.authorities`. */
  readonly authorities: readonly string[]
}

/** Where requests go: a port of a Service, and how it is spoken to. One key, one way. */
export interface Backend {
  readonly key: string
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number }
  /** Of the Service's port, as endpoints call it; `''` where it has none. */
  readonly portName: string
  readonly protocol: 'http' | 'h2c' | 'tcp'
  readonly tls?: BackendTls
  readonly retry?: Retry
  /** `least`: to the endpoint that has the least to do; `source`: always to the same one for a client's address. */
  readonly balance: 'least' | 'source'
}

/** How a backend's certificate is held for valid. `hostname` is asked for by SNI, and must be what it shows. */
export interface BackendTls {
  /** Absent: none is asked for, none expected, and none checked (Ingress' `backend-protocol: HTTPS`). */
  readonly hostname?: string
  /** Keys of `RoutingTable.authorities`; `system` for those of the machine; none: not checked. */
  readonly authorities: readonly string[]
  /** What is shown to the backend: a key of `RoutingTable.certificates`. */
  readonly clientCertificate?: string
}

/** When a request is sent once more. */
export interface Retry {
  readonly codes: readonly number[]
  readonly attempts: number
}
