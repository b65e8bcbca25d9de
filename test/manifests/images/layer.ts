import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The files of one layer of an image while they are put together; all of them will be root's. */
export class LayerFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true, mode: 0o755 })
  }

  /** All of it as an archive. */
  tar(): Uint8Array {
    const words = [
      '--create',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--sort=name',
      '--directory',
      this.path,
      '.',
    ]
    return execFileSync('tar', words, { maxBuffer: 1 << 30, env: { ...process.env, LC_ALL: 'C' } })
  }

  folder(path: string, mode = 0o755): void {
    mkdirSync(join(this.path, path), { recursive: true })
    chmodSync(join(this.path, path), mode)
  }

  file(path: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true, mode: 0o755 })
    writeFileSync(join(this.path, path), content, { mode })
    chmodSync(join(this.path, path), mode)
  }

  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true, mode: 0o755 })
    symlinkSync(target, join(this.path, path))
  }

  /** A file or a folder of this machine, as it stands there; `wanted` says what of a folder. */
  copy(from: string, to: string, wanted: (path: string) => boolean = () => true): void {
    mkdirSync(dirname(join(this.path, to)), { recursive: true, mode: 0o755 })
    cpSync(from, join(this.path, to), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: wanted,
    })
  }

  /**
   * A program under `to`, with the libraries that it is linked with: those of `libraries` (folders) first, then the
   * machine's. Throws where one of them is nowhere.
   */
  program(from: string, to: string, libraries: readonly string[] = []): void {
    this.copy(realpathSync(from), to)
    const env = { ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: libraries.join(':') }
    const text = execFileSync('ldd', [from], { encoding: 'utf8', env })
    for (const line of text.split('\n')) {
      const missing = /^\s*(\S+) => not found/.exec(line)?.[1]
      if (missing !== undefined) throw new Error(`${from} needs ${missing}, which is not here`)
      const [, name, found] = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line) ?? []
      if (found === undefined) continue
      // The loader is named by its whole path; all else is found by name, where loaders look by themselves.
      const target = name === undefined || name.startsWith('/') ? found : `/lib/${name}`
      if (!existsSync(join(this.path, target))) this.copy(realpathSync(found), target)
    }
  }
}
