import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { withContainerUmask } from '../../container-umask.ts'

/**
 * Makes `folder` for containers to see by `build`, whole or not at all: it is filled under another name and then renamed, so that two
 * processes, or one that dies half way, never leave a folder that looks finished.
 */
export function buildOnce(folder: string, build: (folder: string) => void): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  mkdirSync(dirname(folder), { recursive: true })
  const draft = `${folder}.${process.pid}`
  rmSync(draft, { recursive: true, force: true })
  try {
    withContainerUmask(() => {
      mkdirSync(draft)
      build(draft)
    })
    renameSync(draft, folder)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Another process was first: its folder is as good as ours.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}
