import { fromBase64 } from '#schema/base64.ts'

/** The text of a Secret's data, which is base64 in memory; undefined where it is none, or empty. */
export const pemText = (data: string | undefined): string | undefined => {
  const bytes = data ? fromBase64(data) : undefined
  if (bytes === undefined || bytes.length === 0) return undefined
  let text = ''
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}
