import { join } from 'node:path'

/** Where the images of a machine lie, for all clusters whose state is in the same folder. */
export interface ImageStorePaths {
  /** What the tool keeps: layers, each unpacked once, and configurations. */
  readonly storage: string
  /** What the tool knows of running containers: none. */
  readonly run: string
  /** A file a name. */
  readonly references: string
  /** A folder for each copy under way. */
  readonly drafts: string
  /** Short names of layers, for images that have many. */
  readonly links: string
  /** Settings of registries, where there are any of our own. */
  readonly registries: string
}

/** `root`: the folder of the store, absolute. */
export const imageStorePaths = (root: string): ImageStorePaths => ({
  storage: join(root, 'storage'),
  run: join(root, 'run'),
  references: join(root, 'references'),
  drafts: join(root, 'drafts'),
  links: join(root, 'l'),
  registries: join(root, 'registries.conf'),
})
