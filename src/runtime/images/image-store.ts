import { RuntimeError } from '../runtime-error.ts'
import type { Image, ImageSourceOptions, ImageStore } from './image.ts'
import { imageHint } from './image-hint.ts'
import { type ImageReference, imageName, parseImageReference } from './image-reference.ts'
import { imageSources } from './image-source-list.ts'
import { outOfReach, standIn, standInFor } from './stand-ins.ts'

/** The images of this machine, as one cluster sees them. */
export function createImageStore(options: ImageSourceOptions): ImageStore {
  const sources = imageSources(options)
  const offers = sources.flatMap(({ offers }) => offers ?? []).join(', ')

  /** Names whose registry could not be asked, and what was said of that. */
  const stoodInFor = new Map<string, string>()

  const find: ImageStore['find'] = async (name) => {
    const reference = parseImageReference(name)
    for (const source of sources) {
      const image = await source.resolve(name, reference)
      if (image !== undefined) return image
    }
    const reason = stoodInFor.get(imageName(reference))
    return reason === undefined ? undefined : await inPlaceOf(reference, reason)
  }

  const inPlaceOf = async (reference: ImageReference, reason: string): Promise<Image | undefined> => {
    const other = standInFor(reference)
    const image = other && (await find(other.builtIn))
    return image && standIn(other, image, reason)
  }

  return {
    find,
    list: () => sources.flatMap((source) => source.list()),
    async resolve(name) {
      const image = await find(name)
      if (image !== undefined) return image
      throw new RuntimeError('IMAGE_UNKNOWN', `image '${name}' is not on this machine`)
    },
    async pull(name, logins, signal) {
      const reference = parseImageReference(name)
      for (const source of sources) {
        if (source.pull !== undefined) {
          try {
            return await source.pull(name, logins, signal)
          } catch (error) {
            const reason = outOfReach(error)
            const image = reason === undefined ? undefined : await inPlaceOf(reference, reason)
            if (image !== undefined) stoodInFor.set(imageName(reference), reason!)
            if (image !== undefined) return image
            throw withHint(error, `built-in images are ${offers}; ${imageHint(reference)}`)
          }
        }
        const image = await source.resolve(name, reference)
        if (image !== undefined) return image
      }
      throw new RuntimeError('IMAGE_UNKNOWN', `image '${name}' is not on this machine`)
    },
  }
}

/** Whoever cannot get at a registry at all is told what there is meanwhile. */
function withHint(error: unknown, hint: string): unknown {
  if (!(error instanceof RuntimeError) || error.code !== 'IMAGE_UNREACHABLE') return error
  return new RuntimeError(error.code, `${error.message.slice(error.code.length + 2)}; ${hint}`, { cause: error })
}
