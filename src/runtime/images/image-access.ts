import type { Runtime } from '../runtime.ts'
import type { ImageStore } from './image.ts'

/** What a runtime says of images, of a store that it shares with others. */
export const imageAccess = (
  images: ImageStore,
): Pick<Runtime, 'imageStatus' | 'listImages' | 'pullImage' | 'imageFiles'> => ({
  imageStatus: (image) => images.find(image),
  listImages: () => images.list(),
  pullImage: (image, logins, signal) => images.pull(image, logins, signal),
  imageFiles: async (name) => {
    const { contentId, lowerDirs } = await images.resolve(name)
    return { ...(contentId !== undefined && { contentId }), folders: lowerDirs }
  },
})
