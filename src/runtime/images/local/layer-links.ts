import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { withContainerUmask } from '../../container-umask.ts'
import { RuntimeError } from '../../runtime-error.ts'

/** Letters of a layer's digest that a link begins with. */
const SHORTEST = 3

/**
 * Short names for layers, links in one folder: the options of a mount are at most a page, and by their whole paths some
 * thirty layers would fill it. A link, once made, leads to the same layer for ever.
 */
export class LayerLinks {
  readonly #folder: string
  readonly #targetOf: (layer: string) => string

  constructor(folder: string, targetOf: (layer: string) => string) {
    this.#folder = folder
    this.#targetOf = targetOf
  }

  /** The path by which an overlay is to name the layer; its link is made where there is none. */
  pathOf(layer: string): string {
    const target = this.#targetOf(layer)
    for (let length = SHORTEST; length <= layer.length; length++) {
      const path = join(this.#folder, layer.slice(0, length))
      if (this.#leadsTo(path, target)) return path
    }
    throw new RuntimeError(
      'IMAGE_CORRUPT',
      `layer ${layer}: ${this.#folder} has a link of its whole name that leads elsewhere`,
    )
  }

  #leadsTo(path: string, target: string): boolean {
    try {
      return readlinkSync(path) === target
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    // What lies above is not ours alone: claims are there for everybody to read.
    withContainerUmask(() => mkdirSync(dirname(this.#folder), { recursive: true }))
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    try {
      symlinkSync(target, path)
      return true
    } catch (error) {
      // Another was first.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return readlinkSync(path) === target
    }
  }

  /** Takes away links of layers that are gone. */
  sweep(): void {
    for (const name of existsSync(this.#folder) ? readdirSync(this.#folder) : []) {
      const path = join(this.#folder, name)
      if (!existsSync(path)) rmSync(path, { force: true })
    }
  }
}
