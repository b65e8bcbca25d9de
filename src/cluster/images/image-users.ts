import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { heldImages } from '#runtime/images/image-hold.ts'
import { readRecords } from '#runtime/runc/bundle/container-record.ts'
import { runtimePaths } from '#runtime/runc/bundle/runtime-paths.ts'
import { statePaths } from '../state/state.ts'

/** Who has which image: pods in words, by the image's id or name. */
type ImageUsers = ReadonlyMap<string, readonly string[]>

/**
 * Of the store in that folder of clusters: what the containers of all of them are made of, those that are being made and those of
 * clusters that are stopped too, and what their pods have as volumes.
 */
export const imageUsers = (root: string): ImageUsers =>
  grouped(usesIn(root).flatMap(({ imageIds, who }) => imageIds.map((id) => [id, who] as const)))

/** The same by the names that their pods ask for, as they are written there: that is what they look for when they begin again. */
export const imageAskers = (root: string): ImageUsers =>
  grouped(usesIn(root).flatMap(({ image, who }) => (image === undefined ? [] : [[image, who] as const])))

interface ImageUse {
  readonly image?: string
  readonly imageIds: readonly string[]
  /** A pod, in words. */
  readonly who: string
}

const usesIn = (root: string): readonly ImageUse[] =>
  clustersIn(root).flatMap((cluster) => {
    const { containers, pods } = statePaths(join(root, cluster))
    const { stored, making } = readRecords(runtimePaths(containers))
    const run = [...stored, ...making].map(({ image, imageIds = [], annotations }) => {
      const pod = `${annotations['io.kubernetes.pod.namespace']}/${annotations['io.kubernetes.pod.name']}`
      return { image, imageIds, pod }
    })
    const held = heldImages(pods).map(({ imageId, ...hold }) => ({ imageIds: [imageId], ...hold }))
    return [...run, ...held].map(({ pod, ...use }) => ({ ...use, who: `pod ${pod} of cluster ${cluster}` }))
  })

const grouped = (uses: readonly (readonly [image: string, who: string])[]): ImageUsers => {
  const users = new Map<string, string[]>()
  for (const [image, who] of uses) {
    const known = users.get(image) ?? []
    if (!known.includes(who)) users.set(image, [...known, who])
  }
  return users
}

/** Whatever may be one. */
const clustersIn = (root: string): readonly string[] => {
  try {
    return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
