import type { FoundCertificate } from '../../references/certificates.ts'
import type { News } from '../../routes.ts'
import type { Certificate } from '../../table/table.ts'
import { warning } from '../news.ts'
import type { TlsClaim } from '../resolve/placed.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'
import { withStar } from './star.ts'

/** What is shown for a host. */
interface HostCertificate {
  /** A key of `certificates`. */
  readonly key: string
  /** Who says that the host has TLS. */
  readonly claim: TlsClaim
}

export type CertificatesByHost = ReadonlyMap<string, HostCertificate>

/** Hosts that are to have TLS, and for which nobody has a certificate that could be shown, with the namespaces that say so. */
export type Bare = ReadonlyMap<string, ReadonlySet<string | undefined>>

interface HostCertificates {
  readonly hosts: CertificatesByHost
  readonly bare: Bare
  readonly certificates: ReadonlyMap<string, Certificate>
  readonly news: readonly News[]
}

/** A claim with a certificate that can be shown. */
type Usable = Required<TlsClaim>
const isUsable = (claim: TlsClaim): claim is Usable => claim.certificate !== undefined

/** Two Secrets may hold one certificate, in two namespaces for instance. */
const isSame = (one: FoundCertificate, other: FoundCertificate): boolean =>
  one.certificate.chain === other.certificate.chain

/** One certificate for each host that has one: that of the oldest Ingress that has one for it. */
export const hostCertificates = (ingresses: readonly ResolvedIngress[]): HostCertificates => {
  const news: News[] = []
  const chosen = new Map<string, Usable>()
  for (const { tls } of ingresses)
    for (const claim of tls) {
      if (!isUsable(claim)) continue
      const first = chosen.get(claim.host)
      if (first === undefined) chosen.set(claim.host, claim)
      else if (!isSame(claim.certificate, first.certificate)) {
        const { namespace, name } = first.ingress
        const whose = `${first.place} of Ingress ${namespace}/${name}, which comes first`
        const text = `${claim.place}: ${claim.host || 'all hosts'} has another certificate by ${whose}; it is left out`
        news.push(warning(claim.ingress, 'Conflict', text))
      }
    }
  const bare = new Map<string, Set<string | undefined>>()
  for (const { tls } of ingresses)
    for (const { host, ingress } of tls)
      if (!chosen.has(host)) bare.set(host, (bare.get(host) ?? new Set()).add(ingress.namespace))
  const hosts = new Map<string, HostCertificate>()
  const certificates = new Map<string, Certificate>()
  for (const [host, claim] of chosen) {
    hosts.set(host, { key: claim.certificate.key, claim })
    certificates.set(claim.certificate.key, claim.certificate.certificate)
  }
  return { hosts, bare, certificates, news }
}

/** The certificate of a host, or of a name that is wider. */
export const shownFor = (certificates: CertificatesByHost, host: string): HostCertificate | undefined =>
  [...withStar(host), ''].map((one) => certificates.get(one)).find((one) => one !== undefined)
