import { dirname } from 'node:path'
import { RuntimeError } from '../../runtime-error.ts'
import type { RuntimePaths } from './runtime-paths.ts'

/** What of a container lies where on the machine. */
interface ContainerPlaces {
  /** Its bundle. */
  readonly folder: string
  /** Where its root and what it sees of the machine are made, where its users are its own. */
  readonly ownRoot: string
  /** The layers of its image, where they may be spoken of. */
  readonly layers?: readonly string[]
}

/** Whatever is a part of a name: a path ends where none follows. */
const NAME_PART = '[\\w.@+-]'

/**
 * A text of runc's or conmon's, for people who know the container and not the machine: a path below the
 * container's root is one of the container, and one below our own folders begins there (`node-1/pods/UID/volumes/…`,
 * `config.json`). Paths that are the machine's own stay.
 */
const toldText = (text: string, paths: RuntimePaths, { folder, ownRoot, layers = [] }: ContainerPlaces): string => {
  const told = new Map<string, string>()
  const below = (place: string, root: string, itself: string): void => {
    told.set(`${place}/`, root)
    told.set(place, itself)
  }
  const cluster = dirname(paths.stateDir)
  if (cluster !== '/') below(cluster, '', '.')
  below(folder, '', '.')
  below(ownRoot, '', '.')
  for (const rootfs of [paths.rootfs, `${ownRoot}/rootfs`]) below(rootfs, '/', '/')
  for (const [index, layer] of layers.entries()) told.set(layer, `layer-${index}`)
  const longestFirst = [...told.keys()].toSorted((one, other) => other.length - one.length)
  // A path begins where no other one goes on.
  const places = new RegExp(`(?<!${NAME_PART})(?:${longestFirst.map(pattern).join('|')})`, 'g')
  return text.replace(places, (place) => told.get(place)!)
}

const pattern = (place: string): string => RegExp.escape(place) + (place.endsWith('/') ? '' : `(?!${NAME_PART})`)

/**
 * The error as it is to be told: its words are for who knows the container, and its message, which logs have, names the
 * machine's paths still. What is no RuntimeError stays as it is.
 */
export const toldError = (error: unknown, paths: RuntimePaths, places: ContainerPlaces): unknown => {
  if (!(error instanceof RuntimeError)) return error
  const { code, words } = error
  const message = error.message.slice(`${code}: `.length)
  return new RuntimeError(code, message, { words: toldText(words, paths, places), cause: error })
}
