import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RuntimeError } from '../../runtime-error.ts'

/** A program of ours for containers: a bundle, or the sources that it would be made of. */
interface BuiltInProgram {
  /** Path of the bundle or of the first source. */
  readonly path: string
  readonly isSource: boolean
  /** Where package.json lies. */
  readonly top: string
}

/**
 * dist/NAME.cjs beside package.json, unless the sources of these rooms are newer: then src/NAME/main.ts, run by type
 * stripping. Throws RuntimeError IMAGE_UNAVAILABLE where neither is there.
 */
export function builtInProgram(name: string, rooms: readonly string[]): BuiltInProgram {
  let top = import.meta.dirname
  while (!existsSync(join(top, 'package.json')) && top !== '/') top = join(top, '..')
  const bundle = join(top, `dist/${name}.cjs`)
  const source = join(top, `src/${name}/main.ts`)
  const bundled = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const hasSource = existsSync(source)
  if (bundled === 0 && !hasSource)
    throw new RuntimeError(
      'IMAGE_UNAVAILABLE',
      `image fairlead/${name}: neither ${bundle} nor ${source} is there: build Fairlead again`,
    )
  const newest = hasSource ? Math.max(...rooms.map((room) => newestIn(join(top, 'src', room)))) : 0
  return bundled >= newest ? { path: bundle, isSource: false, top } : { path: source, isSource: true, top }
}

const newestIn = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { encoding: 'utf8', recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs),
  )
