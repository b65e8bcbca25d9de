import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** That a pod has an image that is no container's: among its volumes, from before it is mounted until it is no more. */
interface ImageHold {
  /** `Image.contentId` */
  readonly imageId: string
  /** By which name it asks for it; absent: written by an older version of ours. */
  readonly image?: string
  /** `NAMESPACE/NAME` of the pod. */
  readonly pod: string
}

const folderOf = (podDir: string): string => join(podDir, 'images')

/** `name`: of the volume. Whoever takes images away sees it from here on. */
export function holdImage(podDir: string, name: string, hold: ImageHold): void {
  mkdirSync(folderOf(podDir), { recursive: true, mode: 0o700 })
  writeFileSync(join(folderOf(podDir), name), JSON.stringify(hold), { mode: 0o600 })
}

/** Nothing of them is mounted any more. */
export function releaseImages(podDir: string): void {
  rmSync(folderOf(podDir), { recursive: true, force: true })
}

/** What the pods of all nodes hold, also where nothing runs at present; `folder`: has a folder a node. */
export function heldImages(folder: string): readonly ImageHold[] {
  return namesIn(folder).flatMap((node) => {
    const pods = join(folder, node, 'pods')
    return namesIn(pods).flatMap((uid) => {
      const holds = folderOf(join(pods, uid))
      return namesIn(holds).flatMap((name) => readHold(join(holds, name)) ?? [])
    })
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** Undefined where it has just gone, or was cut short by a machine that lost power: nothing is mounted there then. */
function readHold(path: string): ImageHold | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ImageHold
  } catch {
    return undefined
  }
}
