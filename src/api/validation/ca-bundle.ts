import { fromBase64 } from '#schema/base64.ts'
import { type FieldError, invalid } from './field-error.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END CERTIFICATE-----/

/** Base64 of certificates in PEM, by which a webhook is known. */
export const checkCaBundle = (bundle: string, path: string): readonly FieldError[] => {
  const bytes = fromBase64(bundle) ?? new Uint8Array()
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  const body = CERTIFICATE.exec(text)?.[1]?.replace(/\s/g, '')
  const isRead = body !== undefined && fromBase64(body) !== undefined
  return isRead ? [] : [invalid(path, bundle, 'unable to load root certificates: unable to parse bytes as PEM block')]
}
