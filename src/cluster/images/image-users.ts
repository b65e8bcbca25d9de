import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { heldImages } from '#runtime/images/image-hold.ts'
import { readRecords } from '#runtime/runc/bundle/container-record.ts'
import { runtimePaths } from '#runtime/runc/bundle/runtime-paths.ts'
import { statePaths } from '../state/state.ts'

/** Who has which image: pods in words, by the image's id. */
type ImageUsers = ReadonlyMap<string, readonly string[]>

/**
 * Of the store in that folder of clusters: what the containers of all of them are made of, those that are being made and those of
 * clusters that are stopped too, and what their pods have as volumes.
 */
export const imageUsers = (root: string): ImageUsers => {
  const users = new Map<string, string[]>()
  for (const cluster of clustersIn(root)) {
    const { containers, pods } = statePaths(join(root, cluster))
    const { stored, making } = readRecords(runtimePaths(containers))
    const run = [...stored, ...making].flatMap(({ imageIds = [], annotations }) => {
      const pod = `${annotations['io.kubernetes.pod.namespace']}/${annotations['io.kubernetes.pod.name']}`
      return imageIds.map((imageId) => ({ imageId, pod }))
    })
    for (const { imageId, pod } of [...run, ...heldImages(pods)]) {
      const known = users.get(imageId) ?? []
      const words = `pod ${pod} of cluster ${cluster}`
      if (!known.includes(words)) users.set(imageId, [...known, words])
    }
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
