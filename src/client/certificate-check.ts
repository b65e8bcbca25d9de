import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { pemTexts } from '#net/pem-text.ts'

/** So many answers are kept: asking anew costs a tenth of a millisecond. */
const MOST_KEPT = 4096

/**
 * Octets of a certificate with those above it and its key: what a proxy can be given while it runs. Whoever renews one that is
 * larger would have it begin anew, and others' connections end.
 */
const MOST_OCTETS = 29_000

const BEGINS = /-----BEGIN /g
/** Bits of a key of RSA or DSA, below which the libraries of TLS take none. */
const LEAST_BITS = 2048

/** Each certificate of a text in PEM. Throws where one cannot be read, or has no end. */
const certificatesIn = (pem: string): readonly X509Certificate[] => {
  const blocks = pemTexts(pem)
  if (blocks.length !== pem.match(BEGINS)?.length && blocks.length > 0) throw new Error('a block of PEM has no end')
  return blocks.flatMap(({ label, text }) => (label === 'CERTIFICATE' ? [new X509Certificate(text)] : []))
}

/** What is wrong with a key that no library would take. */
const weakness = ({ publicKey }: X509Certificate): string | undefined => {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength
  return bits !== undefined && bits < LEAST_BITS
    ? `the key has ${bits} bits, and needs ${LEAST_BITS} at least: openssl req -newkey rsa:${LEAST_BITS} makes one`
    : undefined
}

/** Characters of what a certificate says of whom it is for and who made it: a proxy shows them beside its fingerprint, in one answer. */
const MOST_SHOWN = 16_000
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\0-\x1f\x7f]/

/** What is wrong with names that would be lines of their own where a proxy shows them, or too many for it. */
const unshown = (certificate: X509Certificate): string | undefined => {
  const { subjectAltName = '' } = certificate
  const { subject, issuer } = certificate.toLegacyObject()
  const names = [subject, issuer].flatMap((one) => Object.values(one).flat().map(String))
  // In alternative names they are escaped.
  if (names.some((name) => CONTROL.test(name)) || /\\u00(?:[01]|7f)/.test(subjectAltName))
    return 'a name in the certificate has a control character, as the end of a line'
  const shown = names.reduce((sum, { length }) => sum + length, subjectAltName.length)
  return shown > MOST_SHOWN
    ? `the names in the certificate are of ${shown} characters, and may be of ${MOST_SHOWN}: share them among several`
    : undefined
}

/** What people write between the blocks is for nobody. */
const blockOctets = (pem: string): number =>
  pemTexts(pem).reduce((sum, { text }) => sum + Buffer.byteLength(text) + 1, 0)

/** What is wrong with a certificate, those above it, and its key, both PEM; undefined: nothing. */
const certificateFault = (chain: string, key: string): string | undefined => {
  const octets = blockOctets(chain) + blockOctets(key)
  if (octets > MOST_OCTETS)
    return `the certificate, those above it and the key are of ${octets} octets, and may be of ${MOST_OCTETS} together: leave out what no client needs`
  let certificates: readonly X509Certificate[]
  try {
    certificates = certificatesIn(chain)
  } catch (error) {
    return `the certificate cannot be read: ${(error as Error).message}`
  }
  const [leaf] = certificates
  if (leaf === undefined) return 'there is no certificate in PEM'
  try {
    if (!leaf.checkPrivateKey(createPrivateKey(key))) return 'the key is not the one of the certificate'
  } catch (error) {
    return `the key cannot be read: ${(error as Error).message}`
  }
  return firstFault(certificates, (one) => weakness(one) ?? unshown(one))
}

const firstFault = (
  certificates: readonly X509Certificate[],
  faultOf: (one: X509Certificate) => string | undefined,
): string | undefined => {
  for (const one of certificates) {
    const fault = faultOf(one)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The names of hosts that a certificate is for; its subject's only where it has no others. */
const hostNames = (chain: string): readonly string[] => {
  let leaf: X509Certificate | undefined
  try {
    leaf = certificatesIn(chain)[0]
  } catch {
    return []
  }
  const names = (leaf?.subjectAltName ?? '').split(', ').flatMap((name) => /^DNS:(.+)$/.exec(name)?.[1] ?? [])
  const found = names.length > 0 ? names : (/^CN=(.+)$/m.exec(leaf?.subject ?? '')?.slice(1) ?? [])
  return found.map((name) => name.toLowerCase())
}

/** What is wrong with a bundle of certificates of authorities in PEM; undefined: nothing. */
const authoritiesFault = (bundle: string): string | undefined => {
  try {
    const certificates = certificatesIn(bundle)
    return certificates.length === 0 ? 'there is no certificate in PEM' : firstFault(certificates, unshown)
  } catch (error) {
    return `a certificate cannot be read: ${(error as Error).message}`
  }
}

/** Remembers what was answered for the same texts, as long as it is one of those asked for last. */
const remembering = <A extends readonly string[], R>(answer: (...texts: A) => R): ((...texts: A) => R) => {
  const kept = new Map<string, R>()
  return (...texts) => {
    // Texts may be of a megabyte each.
    const id = texts.map((text) => createHash('sha256').update(text).digest('base64')).join()
    const known = kept.has(id)
    const value = known ? (kept.get(id) as R) : answer(...texts)
    kept.delete(id)
    kept.set(id, value)
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
    return value
  }
}

/** The same functions, which look at the same texts once. */
export const certificateChecks = () => ({
  checkCertificate: remembering(certificateFault),
  checkAuthorities: remembering(authoritiesFault),
  certificateNames: remembering(hostNames),
})
