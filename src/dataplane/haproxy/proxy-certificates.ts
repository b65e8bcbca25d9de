import { pemTexts } from '#net/pem-text.ts'
import { listenerFor } from '#routes/table/hostname.ts'
import type { Listener, RoutingTable, SitePort } from '#routes/table/table.ts'
import { hasDefault } from './config/binds.ts'
import { authorityName, certificateListName, certificateName, defaultCertificateName } from './file-names.ts'
import type { CertificateListLine, ProxyPlan } from './proxy-plan.ts'

/** Certificates, lists of them by ports, and bundles of authorities. */
export function proxyCertificates(
  table: RoutingTable,
): Pick<ProxyPlan, 'certificates' | 'certificateLists' | 'authorities'> {
  const certificates = new Map<string, string>()
  for (const [key, { chain, key: secret }] of table.certificates) {
    certificates.set(certificateName(key), `${blocksOf(chain)}\n${blocksOf(secret)}\n`)
  }
  const certificateLists = new Map<string, readonly CertificateListLine[]>()
  const authorities = new Map<string, string>()
  const addBundle = (keys: readonly string[]) => {
    if (keys.length === 0 || keys.includes('system')) return
    const name = authorityName(keys)
    if (authorities.has(name)) return
    const bundle = keys.map((key) => table.authorities.get(key)?.trimEnd()).filter((pem) => pem !== undefined)
    authorities.set(name, `${bundle.join('\n')}\n`)
  }
  for (const port of table.sites.flatMap((site) => site.ports)) {
    if (port.kind !== 'tls') continue
    certificateLists.set(certificateListName(port.bind), listLines(port, table.certificates))
    const shown = hasDefault(port) ? defaultOf(port) : undefined
    const pem = shown === undefined ? undefined : certificates.get(certificateName(shown))
    if (pem !== undefined) certificates.set(defaultCertificateName(port.bind), pem)
    if (port.clients !== undefined) addBundle(port.clients.authorities)
  }
  for (const { tls } of table.backends.values()) if (tls !== undefined) addBundle(tls.authorities)
  return { certificates, certificateLists, authorities }
}

/** PEM without what people write between its blocks: HAProxy reads some of it in another way. */
const blocksOf = (text: string) =>
  pemTexts(text)
    .map((block) => block.text)
    .join('\n') || text.trimEnd()

interface Shown {
  /** A key of the table's certificates. */
  readonly key: string
  readonly listener: Listener
}

const certificatesOf = ({ listeners }: SitePort): readonly Shown[] =>
  listeners.flatMap((listener) =>
    listener.tls?.mode === 'Terminate' ? listener.tls.certificates.map((key) => ({ key, listener })) : [],
  )

const defaultOf = (port: SitePort) => certificatesOf(port).find(({ listener }) => listener.hostname === '')?.key

/** No name leads to it: HAProxy shows the first certificate of a list where no other fits. */
const NO_NAME = '!*'

/** Lines say all names themselves: one without any would stand for all names that the certificate says it is for. */
function listLines(port: SitePort, certificates: RoutingTable['certificates']): readonly CertificateListLine[] {
  const first = hasDefault(port) ? [{ certificate: defaultCertificateName(port.bind), names: [NO_NAME] }] : []
  const others = certificatesOf(port).flatMap(({ key, listener }) => {
    const names = namesOf(listener, certificates.get(key)?.names ?? [], port)
    return names.length > 0 ? [{ certificate: certificateName(key), names }] : []
  })
  return [...first, ...others]
}

/** A host's, or one with a star for a first label, which is then held against hostnames as any label is. */
const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/**
 * What leads to a certificate: the listener's hostname, and where that stands for others, those of the certificate's own
 * names that no listener is more specific for. HAProxy's own star is one label.
 */
function namesOf(listener: Listener, own: readonly string[], { listeners }: SitePort): readonly string[] {
  const { hostname, star } = listener
  const isMore = hostname === '' || (hostname.startsWith('*.') && star === 'many')
  const within = isMore ? own.filter((name) => NAME.test(name) && listenerFor(listeners, name) === listener) : []
  return [...new Set([...(hostname === '' ? [] : [hostname]), ...within])]
}
