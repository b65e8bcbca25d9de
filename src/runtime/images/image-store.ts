import { RuntimeError } from '../runtime-error.ts'
import type { Image, ImageSourceOptions, ImageStore } from './image.ts'
import { imageHint } from './image-hint.ts'
import { parseImageReference } from './image-reference.ts'
import { imageSources } from './image-source-list.ts'

/** The images of this machine. `folder` holds what the sources make; an image is made once a process, on first use. */
export function createImageStore(options: ImageSourceOptions): ImageStore {
  const sources = imageSources(options)
  const resolved = new Map<string, Promise<Image>>()

  async function find(name: string): Promise<Image> {
    const reference = parseImageReference(name)
    for (const source of sources) {
      const image = await source.resolve(reference)
      if (image !== undefined) return image
    }
    const offers = sources.map((source) => source.offers).join(', ')
    throw new RuntimeError(
      'IMAGE_UNKNOWN',
      `image '${name}' is not on this machine: the built-in images are ${offers}; images from registries come with a later version; ${imageHint(reference)}`,
    )
  }

  return {
    resolve(name) {
      let image = resolved.get(name)
      if (image === undefined) {
        image = find(name)
        resolved.set(name, image)
        // A failure is not kept: a missing package may have been installed by the next try.
        image.catch(() => resolved.delete(name))
      }
      return image
    },
  }
}
