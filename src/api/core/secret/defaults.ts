import { toBase64 } from '#schema/base64.ts'
import type { Draft } from '#schema/defaulting.ts'
import { setMember } from '#schema/plan.ts'
import { utf8Bytes } from '#schema/utf8.ts'
import type { Secret } from './message.ts'

/** Fills in the type, in place. `stringData` is for writers alone: folded into `data`, where it wins, never read back. */
export const defaultSecret = (secret: Draft<Secret>): void => {
  secret.type ||= 'Opaque'
  for (const [key, text] of Object.entries(secret.stringData ?? {})) {
    secret.data ??= {}
    setMember(secret.data, key, toBase64(utf8Bytes(text)))
  }
  delete secret.stringData
}
