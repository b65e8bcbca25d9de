import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCertificate } from '#apiserver/pki/certificate.ts'

/** Files of an authority (`ca`), of a server that it vouches for (`crt`, `key`), of a client (`me.crt`, `me.key`), and of a stranger. */
export const tlsFiles = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-echo-tls-'))
  const times = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) }
  const ca = await issueCertificate({ commonName: 'ca', usage: 'ca', ...times })
  const names = { subjectAltNames: ['web.test', 'localhost'] }
  const server = await issueCertificate({ commonName: 'web', usage: 'server', ...names, ...times }, ca)
  const me = await issueCertificate({ commonName: 'me', usage: 'client', ...times }, ca)
  const other = await issueCertificate({ commonName: 'other', usage: 'ca', ...times })
  const stranger = await issueCertificate({ commonName: 'me', usage: 'client', ...times }, other)
  const texts: Readonly<Record<string, string>> = {
    ca: ca.certificate,
    crt: server.certificate,
    key: server.key,
    'me.crt': me.certificate,
    'me.key': me.key,
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  return {
    file: (name: string): string => join(folder, name),
    /** What a server of `gateway-echo` is told, all its ports free ones. */
    env: {
      HTTP_PORT: '0',
      H2C_PORT: '0',
      HTTPS_PORT: '0',
      TCP_PORT: '0',
      TLS_PORT: '0',
      TLS_SERVER_CERT: join(folder, 'crt'),
      TLS_SERVER_PRIVKEY: join(folder, 'key'),
    },
    client: { cert: me.certificate, key: me.key },
    stranger: { cert: stranger.certificate, key: stranger.key },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
