import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { TLS_PORT } from './haproxy-under-test.ts'

/** A new one each time, with its key, in PEM. */
export const certificate = (name: string, key = 'ec -pkeyopt ec_paramgen_curve:P-256'): string =>
  execFileSync('openssl', `req -x509 -newkey ${key} -nodes -days 30 -keyout - -subj /CN=${name}`.split(' '), {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  }).replace(/([\s\S]*-----END PRIVATE KEY-----\n)([\s\S]*)/, '$2$1')

/** The subject of what is shown to who asks for a name. Rejects where nothing is. */
export const shownCertificate = async (servername: string): Promise<string> => {
  const socket = connect({ port: TLS_PORT, host: '127.0.0.1', servername, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const subject = socket.getPeerX509Certificate()!.subject
  socket.destroy()
  return subject
}
