import type { FoundCertificate } from '../../references/certificates.ts'
import type { News } from '../../routes.ts'
import type { Origin } from '../../table/origin.ts'
import type { Certificate } from '../../table/table.ts'
import { warning } from '../news.ts'
import type { TlsClaim } from '../resolve/placed.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'
import { withStar } from './star.ts'

/** What is shown for a host. */
interface HostCertificate {
  /** A key of `certificates`. */
  readonly key: string
  /** Whether a Secret gives it: clients are sent to no other. */
  readonly isOwn: boolean
  /** Who says that the host has TLS. */
  readonly claim: TlsClaim
}

export type CertificatesByHost = ReadonlyMap<string, HostCertificate>

interface HostCertificates {
  readonly hosts: CertificatesByHost
  readonly certificates: ReadonlyMap<string, Certificate>
  readonly news: readonly News[]
}

/** Two Secrets may hold one certificate, in two namespaces for instance. */
const isSame = (one: FoundCertificate, other: FoundCertificate): boolean =>
  one.certificate.chain === other.certificate.chain

const FALLBACK = 'ingress fallback'

/**
 * One certificate for each host with TLS: that of the oldest Ingress that has one for it, and the one of last resort, of
 * `site`, where there is one, for hosts that have none.
 */
export const hostCertificates = (
  ingresses: readonly ResolvedIngress[],
  site: Origin,
  fallback: { readonly chain: string; readonly key: string } | undefined,
): HostCertificates => {
  const news: News[] = []
  const chosen = new Map<string, TlsClaim>()
  for (const { tls } of ingresses)
    for (const claim of tls) {
      const first = chosen.get(claim.host)
      if (first?.certificate === undefined) {
        if (first === undefined || claim.certificate !== undefined) chosen.set(claim.host, claim)
      } else if (claim.certificate !== undefined && !isSame(claim.certificate, first.certificate)) {
        const { namespace, name } = first.ingress
        const whose = `${first.place} of Ingress ${namespace}/${name}, which comes first`
        const text = `${claim.place}: ${claim.host || 'all hosts'} has another certificate by ${whose}; it is left out`
        news.push(warning(claim.ingress, 'Conflict', text))
      }
    }
  const hosts = new Map<string, HostCertificate>()
  const certificates = new Map<string, Certificate>()
  for (const [host, claim] of chosen) {
    const { certificate } = claim
    if (certificate !== undefined) {
      hosts.set(host, { key: certificate.key, isOwn: true, claim })
      certificates.set(certificate.key, certificate.certificate)
    } else if (fallback !== undefined) {
      hosts.set(host, { key: FALLBACK, isOwn: false, claim })
      certificates.set(FALLBACK, { origin: site, names: [], ...fallback })
    }
  }
  return { hosts, certificates, news }
}

/** The certificate of a host, or of a name that is wider. */
export const shownFor = (certificates: CertificatesByHost, host: string): HostCertificate | undefined =>
  [...withStar(host), ''].map((one) => certificates.get(one)).find((one) => one !== undefined)
