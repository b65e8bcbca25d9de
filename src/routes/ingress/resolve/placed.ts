import type { FoundCertificate } from '../../references/certificates.ts'
import type { Entry } from '../../table/entry.ts'
import type { Origin } from '../../table/origin.ts'
import type { Backend } from '../../table/table.ts'
import type { IngressPath } from '../paths/ingress-path.ts'

/** A path of an Ingress under one host, with what becomes of requests for it. */
export interface Placed extends IngressPath {
  readonly ingress: Origin
  /** `''`: every host. */
  readonly host: string
  /** The field that says so, for people. */
  readonly place: string
  readonly entry: Entry
  /** Where the entry leads, if to endpoints at all. */
  readonly backend?: Backend
  /** When requests without TLS are sent to HTTPS. */
  readonly toHttps: 'never' | 'with certificate' | 'always'
}

/** What the field of an Ingress says of certificates: one for one host. */
export interface TlsClaim {
  readonly ingress: Origin
  readonly place: string
  readonly host: string
  /** Absent: there is none that may be shown for the host. */
  readonly certificate?: FoundCertificate
}
