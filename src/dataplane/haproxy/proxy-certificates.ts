import type { RoutingTable, SitePort } from '#routes/table/table.ts'
import { hasDefault } from './config/binds.ts'
import { authorityName, certificateListName, certificateName, defaultCertificateName } from './file-names.ts'
import type { CertificateListLine, ProxyPlan } from './proxy-plan.ts'

/** Certificates, lists of them by ports, and bundles of authorities. */
export function proxyCertificates(
  table: RoutingTable,
): Pick<ProxyPlan, 'certificates' | 'certificateLists' | 'authorities'> {
  const certificates = new Map<string, string>()
  for (const [key, { chain, key: secret }] of table.certificates) {
    certificates.set(certificateName(key), `${chain.trimEnd()}\n${secret.trimEnd()}\n`)
  }
  const certificateLists = new Map<string, readonly CertificateListLine[]>()
  const authorities = new Map<string, string>()
  const addBundle = (keys: readonly string[]) => {
    if (keys.length === 0 || keys.includes('system')) return
    const bundle = keys.map((key) => table.authorities.get(key)?.trimEnd()).filter((pem) => pem !== undefined)
    authorities.set(authorityName(keys), `${bundle.join('\n')}\n`)
  }
  for (const port of table.sites.flatMap((site) => site.ports)) {
    if (port.kind !== 'tls') continue
    certificateLists.set(certificateListName(port.bind), listLines(port))
    const shown = hasDefault(port) ? defaultOf(port) : undefined
    const pem = shown === undefined ? undefined : certificates.get(certificateName(shown))
    if (pem !== undefined) certificates.set(defaultCertificateName(port.bind), pem)
    if (port.clients !== undefined) addBundle(port.clients.authorities)
  }
  for (const { tls } of table.backends.values()) if (tls !== undefined) addBundle(tls.authorities)
  return { certificates, certificateLists, authorities }
}

const certificatesOf = ({ listeners }: SitePort) =>
  listeners.flatMap(({ hostname, star, tls }) =>
    tls?.mode === 'Terminate' ? tls.certificates.map((key) => ({ key, hostname, star })) : [],
  )

const defaultOf = (port: SitePort) => certificatesOf(port).find(({ hostname }) => hostname === '')?.key

/**
 * HAProxy's own star is one label: names of more labels are led by the names in the certificate itself, which is what a
 * line without names means.
 */
function listLines(port: SitePort): readonly CertificateListLine[] {
  return certificatesOf(port).flatMap(({ key, hostname, star }) => {
    const certificate = certificateName(key)
    if (hostname === '') return [{ certificate, names: [] }]
    const named = { certificate, names: [hostname] }
    return hostname.startsWith('*.') && star === 'many' ? [named, { certificate, names: [] }] : [named]
  })
}
