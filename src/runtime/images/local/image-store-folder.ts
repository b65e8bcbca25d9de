import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** They are made anew when they are missing, so that no restart of the machine matters. */
const LINKS = '/run/fairlead/layers'

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
  /** Short names of layers: not below the root, whose path may be long. */
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
  links: join(LINKS, createHash('sha256').update(root).digest('hex').slice(0, 6)),
  registries: join(root, 'registries.conf'),
})
