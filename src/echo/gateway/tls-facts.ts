import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/** What a server knows of the TLS of a connection. */
interface TlsFacts {
  /** `TLSv1.3`. */
  readonly version: string
  /** PEM, the client's own first; those of authorities that it need not have sent are not among them. */
  readonly peerCertificates: readonly string[]
  /** As the client asked for it (SNI); empty: it did not. */
  readonly serverName: string
  /** By ALPN; empty: none. */
  readonly negotiatedProtocol: string
  /** IANA's name. */
  readonly cipherSuite: string
}

/** 64 characters a line, and an end of line behind the last: people compare the texts. */
const pem = ({ raw }: X509Certificate): string =>
  `-----BEGIN CERTIFICATE-----\n${raw.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`

const chainOf = (leaf: X509Certificate | undefined): readonly X509Certificate[] => {
  const chain: X509Certificate[] = []
  for (
    let one = leaf;
    one !== undefined && (chain.length === 0 || one.subject !== one.issuer);
    one = one.issuerCertificate
  )
    chain.push(one)
  return chain
}

/** The facts of a connection. The proxy that HTTP/2 of Node.js gives in a socket's place is as good. */
export const tlsFacts = (socket: TLSSocket): TlsFacts => {
  const { servername } = socket as { readonly servername?: string | false }
  // Null of a connection that has just gone.
  const cipher: { readonly standardName: string } | null = socket.getCipher()
  return {
    version: socket.getProtocol() ?? '',
    peerCertificates: chainOf(socket.getPeerX509Certificate()).map(pem),
    serverName: servername || '',
    negotiatedProtocol: socket.alpnProtocol || '',
    cipherSuite: cipher?.standardName ?? '',
  }
}

/** Has the client shown a certificate that is of none of the authorities? None at all is as well. */
export const isImposter = (socket: TLSSocket): boolean =>
  !socket.authorized && socket.getPeerX509Certificate() !== undefined
