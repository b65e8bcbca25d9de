import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface KeyPair {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

/** The cluster's certificates and keys, PEM. */
export interface Pki {
  readonly ca: KeyPair
  readonly server: KeyPair
  /** Organization system:masters: whoever holds it owns the cluster. */
  readonly admin: KeyPair
  /** Signs ServiceAccount tokens (ES256). */
  readonly serviceAccountKey: string
}

const PAIRS = [
  ['ca', 'ca'],
  ['apiserver', 'server'],
  ['admin', 'admin'],
] as const
/** Written last: where it is, the others are whole. */
const LAST = 'sa.key'

/** Writes ca.crt, ca.key, apiserver.crt … into a folder (made with mode 0700); all of them with mode 0600. */
export const writePki = (folder: string, pki: Pki): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [file, name] of PAIRS) {
    writeFileSync(join(folder, `${file}.crt`), pki[name].certificate, { mode: 0o600 })
    writeFileSync(join(folder, `${file}.key`), pki[name].key, { mode: 0o600 })
  }
  const draft = join(folder, `.${LAST}`)
  writeFileSync(draft, pki.serviceAccountKey, { mode: 0o600 })
  renameSync(draft, join(folder, LAST))
}

/** The path of the first file of them that is not there, or may not be seen. */
export const missingOfPki = (folder: string): string | undefined =>
  [...PAIRS.flatMap(([file]) => [`${file}.crt`, `${file}.key`]), LAST]
    .map((file) => join(folder, file))
    .find((path) => !existsSync(path))

/** What writePki wrote; undefined as long as it is not whole. */
export const readPki = (folder: string): Pki | undefined => {
  if (!existsSync(join(folder, LAST))) return undefined
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const pair = (file: string): KeyPair => ({ certificate: read(`${file}.crt`), key: read(`${file}.key`) })
  return { ca: pair('ca'), server: pair('apiserver'), admin: pair('admin'), serviceAccountKey: read(LAST) }
}
