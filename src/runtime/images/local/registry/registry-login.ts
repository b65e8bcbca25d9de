import { createHash } from 'node:crypto'

/** What a registry is shown of who asks. */
export interface RegistryLogin {
  readonly username: string
  readonly password: string
  /** Instead of a password, of registries that hand them out. */
  readonly identityToken?: string
}

/** The same for the same login, and tells nothing of it. */
export const loginMark = (registry: string, { username, password, identityToken = '' }: RegistryLogin): string =>
  createHash('sha256')
    .update(JSON.stringify([registry, username, password, identityToken]))
    .digest('hex')

/** The text of a Docker config.json with this login for one registry, or with none at all. */
export const authFileText = (registry: string, login: RegistryLogin | undefined): string => {
  if (login === undefined) return '{"auths":{}}'
  const { username, password, identityToken } = login
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  return JSON.stringify({ auths: { [registry]: { auth, ...(identityToken && { identitytoken: identityToken }) } } })
}
