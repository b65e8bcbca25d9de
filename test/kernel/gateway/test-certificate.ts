import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Certificate } from '#routes/table/table.ts'

/** A certificate for some names, signed by itself. */
export function testCertificate(names: readonly string[] = ['a.test'], more: readonly string[] = []): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-certificate-'))
  const [chain, key] = [join(folder, 'chain'), join(folder, 'key')]
  const subject = names.map((name) => (name.includes('://') ? `URI:${name}` : `DNS:${name}`)).join(',')
  try {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=test',
      ].concat(['-addext', `subjectAltName=${subject}`, '-keyout', key, '-out', chain], more),
      { stdio: 'ignore' },
    )
    const origin = { kind: 'Secret', namespace: 'shop', name: 'tls' }
    return {
      origin,
      names: names.filter((name) => !name.includes('://')),
      chain: readFileSync(chain, 'utf8'),
      key: readFileSync(key, 'utf8'),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
