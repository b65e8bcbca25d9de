import type { ImageConfig } from './image-config.ts'

/** An image that was brought to this machine under one of its names: what stands in the file of that name. */
export interface LocalImage {
  /** As `imageName` writes it: `docker.io/library/nginx:1.27`. */
  readonly name: string
  /** Digest of its configuration: `sha256:…`, the same under every name. */
  readonly id: string
  /** Digests of its manifests, the one that names it first: `sha256:…`. */
  readonly digests: readonly string[]
  /** `registry`: there is somebody to ask for a newer one. `local`: it was brought by hand. */
  readonly origin: 'registry' | 'local'
  /**
   * Whose pods may use it without asking the registry again: everybody's, or those that show one of these logins
   * (`loginMark`).
   */
  readonly access: 'all' | readonly string[]
  /** A person asked for it under this name, and not only a pod. */
  readonly pinned?: boolean
  /** Of its layers, unpacked. */
  readonly sizeBytes: number
  /** When it came here, RFC 3339. */
  readonly keptAt: string
  /** The store's names of its layers, the top one first. */
  readonly layers: readonly string[]
  readonly config: ImageConfig
}

/** Whether it stays where nobody runs it and the disk is nearly full: a person has brought it. */
export const isPinned = ({ origin, pinned = false }: Pick<LocalImage, 'origin' | 'pinned'>): boolean =>
  pinned || origin === 'local'

/** How a pod's status names the image that it runs: by the digest that a registry has it under, else by its own. */
export const shownId = ({ name, id, digests, origin }: LocalImage): string =>
  origin === 'registry' && digests[0] !== undefined ? `${name.replace(/@.*$|:[^:/]*$/, '')}@${digests[0]}` : id
