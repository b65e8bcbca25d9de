import type { Secret } from '#api/core/secret/message.ts'
import type { RegistryLogin } from '#runtime/images/local/registry/registry-login.ts'
import { own } from '#schema/own.ts'

interface Entry {
  readonly username?: unknown
  readonly password?: unknown
  /** Both, in base64: `user:password`. */
  readonly auth?: unknown
  readonly identitytoken?: unknown
}

interface Login {
  /** What it is for, as it stands in the Secret. */
  readonly key: string
  readonly login: RegistryLogin
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const loginOf = (entry: Entry): RegistryLogin => {
  const both = Buffer.from(text(entry.auth), 'base64').toString('utf8')
  const colon = both.indexOf(':')
  const token = text(entry.identitytoken)
  return {
    username: text(entry.username) || both.slice(0, Math.max(0, colon)),
    // Docker pads with zeros.
    password: text(entry.password) || both.slice(colon + 1).replace(/\0+$/, ''),
    ...(token !== '' && { identityToken: token }),
  }
}

/** The logins of a Secret of the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg; none of any other. */
const loginsOf = ({ data }: Pick<Secret, 'data'>): readonly Login[] => {
  const newer = own(data, '.dockerconfigjson')
  const json = newer ?? own(data, '.dockercfg')
  if (json === undefined) return []
  try {
    const whole = JSON.parse(Buffer.from(json, 'base64').toString('utf8')) as { readonly auths?: unknown }
    const entries = (newer === undefined ? whole : whole.auths) as Readonly<Record<string, Entry>> | undefined
    return Object.entries(entries ?? {}).map(([key, entry]) => ({ key, login: loginOf(entry ?? {}) }))
  } catch {
    // The API checks it when it is written; whoever got past that shows nobody anything.
    return []
  }
}

const HUB = /^(?:index\.|registry-1\.)?docker\.io$/

/** A key as host, port and path: schemes go, and what Docker's first and second API put behind the host. */
const parts = (key: string) => {
  const [, host = '', port = '', path = ''] =
    /^([^/:]*)(?::(\d+))?(\/.*)?$/.exec(key.replace(/^https?:\/\//, '').replace(/\/+$/, '')) ?? []
  return { host: HUB.test(host) ? 'docker.io' : host, port, path: path.replace(/^\/v[12](?=\/|$)/, '') }
}

/** Whether a host has as many parts as the pattern, each as it says; a star stands for any text within one. */
const fits = (host: string, pattern: string): boolean => {
  const [own, wanted] = [host.split('.'), pattern.split('.')]
  const one = (label: string, glob: string): boolean =>
    new RegExp(`^${glob.replace(/[\\^$+?.()|[\]{}]/g, '\\$&').replaceAll('*', '.*')}$`).test(label)
  return own.length === wanted.length && wanted.every((glob, index) => one(own[index] ?? '', glob))
}

/**
 * The logins that a pod's Secrets have for an image, the most particular first: by host (with stars), port, and the
 * beginning of the path, as Kubernetes reads them.
 */
export const loginsFor = (
  { registry, repository }: { readonly registry: string; readonly repository: string },
  secrets: readonly Pick<Secret, 'data'>[],
): readonly RegistryLogin[] => {
  const wanted = parts(registry)
  const path = `/${repository}`
  return secrets
    .flatMap(loginsOf)
    .filter(({ key }) => {
      const known = parts(key)
      return fits(wanted.host, known.host) && known.port === wanted.port && path.startsWith(known.path)
    })
    .sort((one, other) => (parts(one.key).path < parts(other.key).path ? 1 : one.key < other.key ? 1 : -1))
    .map(({ login }) => login)
}
