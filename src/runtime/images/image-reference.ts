import { RuntimeError } from '../runtime-error.ts'

/** An image's name as Docker normalises it: `nginx` → docker.io/library/nginx:latest. */
export interface ImageReference {
  readonly registry: string
  /** Below the registry: `library/nginx`, `fairlead/echo`. */
  readonly repository: string
  readonly tag: string
  readonly digest?: string
}

const DEFAULT_REGISTRY = 'docker.io'
const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.?)+(?::\d+)?$|^\[[0-9a-fA-F:]+\](?::\d+)?$/
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[a-zA-Z][a-zA-Z0-9]*(?:[+.\-_][a-zA-Z][a-zA-Z0-9]*)*:[0-9a-fA-F]{32,}$/

/**
 * Parses an image name by the distribution project's grammar: the first component is a registry where it has a dot or a
 * port or is `localhost`; a missing tag is `latest`. Throws RuntimeError IMAGE_INVALID.
 */
export function parseImageReference(text: string): ImageReference {
  const [beforeDigest = '', digest, ...more] = text.split('@')
  const invalid = (reason: string): RuntimeError =>
    new RuntimeError('IMAGE_INVALID', `image '${text}': ${reason}; write [REGISTRY/]NAME[:TAG][@DIGEST]`)
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) throw invalid('the digest is malformed')
  // A colon after the last slash is the tag's; one before it belongs to the registry's port.
  const colon = beforeDigest.lastIndexOf(':')
  const tagged = colon > beforeDigest.lastIndexOf('/')
  const tag = tagged ? beforeDigest.slice(colon + 1) : 'latest'
  if (!TAG.test(tag)) throw invalid('the tag is malformed')
  const parts = (tagged ? beforeDigest.slice(0, colon) : beforeDigest).split('/')
  const first = parts[0]!
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const domain = hasRegistry ? first : DEFAULT_REGISTRY
  if (!DOMAIN.test(domain)) throw invalid('the registry is malformed')
  const path = hasRegistry ? parts.slice(1) : parts
  if (!path.every((part) => COMPONENT.test(part))) throw invalid('the name must be lower case')
  const registry = domain === 'index.docker.io' ? DEFAULT_REGISTRY : domain
  const repository = registry === DEFAULT_REGISTRY && path.length === 1 ? `library/${path[0]}` : path.join('/')
  return { registry, repository, tag, ...(digest === undefined ? {} : { digest }) }
}

/** How an image is called by everybody: `docker.io/library/nginx:1.27`; one that is asked for by its digest, by that alone. */
export const imageName = ({ registry, repository, tag, digest }: ImageReference): string =>
  `${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`

const BUILT_IN = ['fairlead/echo', 'fairlead/gateway', 'fairlead/host'] as const

/** Whether that is the built-in image of this name, whatever the tag: nothing else is ever run in its place. */
export const isBuiltIn = ({ registry, repository }: ImageReference, name?: (typeof BUILT_IN)[number]): boolean =>
  registry === DEFAULT_REGISTRY && (name === undefined ? BUILT_IN : [name]).some((one) => one === repository)

/** The name of an image that is brought here. Throws RuntimeError IMAGE_INVALID, also for that of a built-in one. */
export const parseBroughtName = (text: string): ImageReference => {
  const reference = parseImageReference(text)
  if (!isBuiltIn(reference)) return reference
  throw new RuntimeError(
    'IMAGE_INVALID',
    `image '${text}' is built in, always there, and none that is brought takes its place: give yours another name`,
  )
}
