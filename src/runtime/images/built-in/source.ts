import type { Image, ImageSource } from '../image.ts'
import { isBuiltIn } from '../image-reference.ts'

/** An image `fairlead/NAME`, any tag, made when it is first asked for. */
export function builtInSource(name: 'echo' | 'gateway' | 'host', make: () => Promise<Image>): ImageSource {
  const offers = `fairlead/${name}` as const
  let image: Promise<Image> | undefined
  return {
    name,
    offers,
    list: () => [{ names: [`${offers}:latest`], sizeBytes: 0 }],
    async resolve(_, reference) {
      if (!isBuiltIn(reference, offers)) return undefined
      image ??= make().catch((error: unknown) => {
        // A failure is not kept: a missing package may have been installed by the next try.
        image = undefined
        throw error
      })
      return await image
    },
  }
}
