import type { Backend, BackendTls } from '#routes/table/table.ts'
import { authorityName, certificateName } from './file-names.ts'

/** What a server of a backend is told beside its address, in the configuration and by `add server` alike. */
export function serverParameters(backend: Backend): string {
  const words: string[] = []
  if (backend.protocol === 'h2c' && backend.tls === undefined) words.push('proto h2')
  if (backend.tls !== undefined) words.push(tlsParameters(backend.tls, backend.protocol))
  return words.join(' ')
}

function tlsParameters(tls: BackendTls, protocol: Backend['protocol']): string {
  const words = ['ssl']
  if (protocol !== 'tcp') words.push(protocol === 'h2c' ? 'alpn h2' : 'alpn http/1.1')
  if (tls.hostname !== undefined) words.push(`sni str(${tls.hostname})`)
  if (tls.authorities.length === 0) words.push('verify none')
  else {
    const file = tls.authorities.includes('system') ? '@system-ca' : authorityName(tls.authorities)
    words.push(`verify required ca-file ${file}`)
    const [name] = tls.alternativeNames.filter(({ type }) => type === 'Hostname')
    const wanted = name?.value ?? tls.hostname
    if (wanted !== undefined) words.push(`verifyhost ${wanted}`)
  }
  if (tls.clientCertificate !== undefined) {
    words.push(`crt ${certificateName(tls.clientCertificate)}`)
  }
  return words.join(' ')
}
