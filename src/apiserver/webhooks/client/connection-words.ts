import { dialWords } from '#net/dial-words.ts'
import { own } from '#schema/own.ts'

interface ConnectionError extends Error {
  readonly code?: string
  readonly hostname?: string
  readonly host?: string
  readonly cert?: { readonly subjectaltname?: string }
}

/** Of what is found at the other end. */
const TLS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate signed by unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate signed by unknown authority',
  CERT_SIGNATURE_FAILURE: 'certificate signed by unknown authority',
  INVALID_CA: 'certificate signed by unknown authority',
  INVALID_PURPOSE: 'certificate specifies an incompatible key usage',
}

/** Why a connection failed, in the words in which people look for it: those of Go, in which API servers are written. */
export const connectionWords = (error: ConnectionError): string => {
  const { code = '' } = error
  const dialing = dialWords(error)
  if (dialing) return dialing
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${error.hostname}: no such host`
  const tls = own(TLS, code)
  if (tls) return `tls: failed to verify certificate: x509: ${tls}`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `tls: failed to verify certificate: x509: ${nameWords(error)}`
  if (code === 'EPROTO' && /wrong version number|packet length too long/.test(error.message))
    return 'http: server gave HTTP response to HTTPS client'
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'EOF'
  return error.message
}

const nameWords = ({ host, cert }: ConnectionError): string => {
  const names = (cert?.subjectaltname ?? '').split(', ').filter(Boolean)
  if (names.length === 0) return 'certificate relies on legacy Common Name field, use SANs instead'
  const kind = (prefix: string) =>
    names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  const addresses = kind('IP Address:')
  if (host !== undefined && /^[\d.]+$|:/.test(host)) {
    if (addresses.length === 0) return `cannot validate certificate for ${host} because it doesn't contain any IP SANs`
    return `certificate is valid for ${addresses.join(', ')}, not ${host}`
  }
  const hosts = kind('DNS:')
  if (hosts.length === 0) return `certificate is not valid for any names, but wanted to match ${host}`
  return `certificate is valid for ${hosts.join(', ')}, not ${host}`
}
