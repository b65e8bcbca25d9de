import type { Node } from '#api/core/node/message.ts'
import type { ListedImage } from '#runtime/runtime.ts'

export type NodeImages = NonNullable<Node['status']>['images']

/** Kubernetes' nodeStatusMaxImages, and how many names of each it tells. */
const MOST_IMAGES = 50
const MOST_NAMES = 5

/** The images of a machine as its Node tells them: the largest first. Undefined where there is none. */
export const nodeImages = (all: readonly ListedImage[]): NodeImages =>
  all.length === 0
    ? undefined
    : all
        .toSorted(
          (one, other) => other.sizeBytes - one.sizeBytes || ((one.names[0] ?? '') < (other.names[0] ?? '') ? -1 : 1),
        )
        .slice(0, MOST_IMAGES)
        .map(({ names, sizeBytes }) => ({
          names: names.slice(0, MOST_NAMES),
          // A server leaves out what is nothing, and what it shows is held against this.
          ...(sizeBytes > 0 && { sizeBytes }),
        }))
