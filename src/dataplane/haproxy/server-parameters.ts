import type { Backend, BackendTls } from '#routes/table/table.ts'
import { authorityName, certificateName } from './file-names.ts'

/**
 * What a server of a backend is told beside its address, in the configuration and by `add server` alike. HAProxy 2.6 holds a
 * certificate against one name alone: the one that it asks for by SNI, whatever `verifyhost` says beside it.
 */
export function serverParameters({ protocol, tls }: Backend): string {
  const words = tls === undefined ? (protocol === 'h2c' ? ['proto h2'] : []) : tlsWords(tls, protocol)
  return [REUSED, ...words].join(' ')
}

/** Connections are used again: a server that is added while HAProxy runs has none of the defaults, and would keep none. */
const REUSED = 'pool-max-conn -1 pool-purge-delay 5s'

function tlsWords(tls: BackendTls, protocol: Backend['protocol']): readonly string[] {
  const words = ['ssl']
  if (protocol !== 'tcp') words.push(protocol === 'h2c' ? 'alpn h2' : 'alpn http/1.1')
  if (tls.hostname !== undefined) words.push(`sni str(${tls.hostname})`)
  if (tls.authorities.length === 0) words.push('verify none')
  else {
    const isSystem = tls.authorities.includes('system')
    words.push(`verify required ca-file ${isSystem ? '@system-ca' : authorityName(tls.authorities)}`)
    if (tls.hostname !== undefined) words.push(`verifyhost ${tls.hostname}`)
  }
  if (tls.clientCertificate !== undefined) words.push(`crt ${certificateName(tls.clientCertificate)}`)
  return words
}
