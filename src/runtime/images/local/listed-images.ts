import type { ListedImage } from '../../runtime.ts'
import { type LocalImage, shownId } from './local-image.ts'

/** What a registry has it under; nothing of what was brought by hand, or has no other name than its digest. */
const digestOf = (image: LocalImage): readonly string[] => {
  const shown = shownId(image)
  return shown.includes('@') ? [shown] : []
}

/** Images as a Node lists them: each once, with all of its names, those by digest first. */
export const listedImages = (images: readonly LocalImage[]): readonly ListedImage[] =>
  [...Map.groupBy(images, ({ id }) => id).values()].map((same) => {
    const tags = same.map(({ name }) => name).filter((name) => !name.includes('@'))
    const digests = same.flatMap(digestOf)
    return { names: [...new Set([...digests, ...tags])], sizeBytes: same[0]?.sizeBytes ?? 0 }
  })
