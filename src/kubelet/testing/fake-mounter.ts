import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BindOutcome, Mounter, PlaceInVolume } from '../volumes/mounter.ts'

const TMPFS = 'tmpfs'

/** Mounts without a kernel: a symbolic link stands for each, and what is mounted is counted. */
export class FakeMounter implements Mounter {
  /** Target → what is shown there. */
  readonly mounted = new Map<string, string>()

  tmpfs(path: string): void {
    this.mounted.set(path, TMPFS)
  }

  overlay(path: string, folders: readonly string[]): void {
    this.mounted.set(path, folders.join(':'))
  }

  bindBelow({ volume, path, create }: PlaceInVolume, target: string): BindOutcome {
    const source = join(volume, path)
    if (!existsSync(source)) {
      if (create === undefined) return 'missing'
      mkdirSync(source, { recursive: true, mode: create })
    }
    this.unbind(target)
    mkdirSync(dirname(target), { recursive: true })
    symlinkSync(source, target)
    this.mounted.set(target, source)
    return 'bound'
  }

  readBelow({ volume, path }: PlaceInVolume): ReturnType<Mounter['readBelow']> {
    const source = join(volume, path)
    return existsSync(source) ? { text: readFileSync(source, 'utf8') } : 'missing'
  }

  unbind(target: string): void {
    // The folder of a tmpfs or an overlay stays: it was there before.
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(target)
    this.mounted.delete(target)
  }

  unmountBelow(folder: string): void {
    for (const target of this.mounted.keys()) if (target.startsWith(`${folder}/`)) this.unbind(target)
  }
}
