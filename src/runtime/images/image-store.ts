import { RuntimeError } from '../runtime-error.ts'
import type { ImageSourceOptions, ImageStore } from './image.ts'
import { imageHint } from './image-hint.ts'
import { parseImageReference } from './image-reference.ts'
import { imageSources } from './image-source-list.ts'

/** The images of this machine, as one cluster sees them. */
export function createImageStore(options: ImageSourceOptions): ImageStore {
  const sources = imageSources(options)
  const offers = sources.flatMap(({ offers }) => offers ?? []).join(', ')

  const find: ImageStore['find'] = async (name) => {
    const reference = parseImageReference(name)
    for (const source of sources) {
      const image = await source.resolve(name, reference)
      if (image !== undefined) return image
    }
    return undefined
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
