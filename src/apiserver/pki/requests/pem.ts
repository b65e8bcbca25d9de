import { X509Certificate } from 'node:crypto'
import { pemTexts } from '#net/pem-text.ts'

interface PemBlock {
  readonly type: string
  readonly hasHeaders: boolean
  readonly bytes: Buffer
}

/** What follows a block's first line. */
const LINE_END = /^[ \t]*\r?\n/

/** The blocks of a text in PEM (RFC 7468), in their order; what is none is passed over. */
export const pemBlocks = (text: string): readonly PemBlock[] =>
  pemTexts(text).flatMap(({ label: type, body: written }) => {
    if (!LINE_END.test(written)) return []
    const body = written.replace(LINE_END, '')
    const [head, ...rest] = body.split(/\r?\n\r?\n/)
    const hasHeaders = head!.includes(':')
    const base64 = (hasHeaders ? rest.join('') : body).replace(/\s/g, '')
    return /^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0
      ? [{ type, hasHeaders, bytes: Buffer.from(base64, 'base64') }]
      : []
  })

/** Why a text is no chain of certificates, in Kubernetes' words; undefined where it is one, or empty. */
export const certificateFault = (text: string): string | undefined => {
  if (text === '') return undefined
  const blocks = pemBlocks(text)
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (hasHeaders) return 'no PEM block headers are permitted'
    if (bytes.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates'
    try {
      new X509Certificate(bytes)
    } catch {
      return 'x509: malformed certificate'
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
}
