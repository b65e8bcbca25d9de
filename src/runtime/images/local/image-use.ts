import { RuntimeError } from '../../runtime-error.ts'
import { type ImageReference, imageName, parseImageReference } from '../image-reference.ts'
import type { LocalImage } from './local-image.ts'

/** Who has images, by their ids or names, in words; asked again each time that it matters. */
export type Users = () => ReadonlyMap<string, readonly string[]>

/** Whether this name, as anybody writes it, leads to the image: it is its own, or has a digest that it came by. */
export const isCalled = ({ name, digests }: LocalImage, text: string): boolean => {
  const asked = read(text)
  if (asked === undefined) return false
  const own = parseImageReference(name)
  const isOfRepository = own.registry === asked.registry && own.repository === asked.repository
  return name === imageName(asked) || (isOfRepository && asked.digest !== undefined && digests.includes(asked.digest))
}

/** Undefined: what nobody could have fetched by. */
const read = (text: string): ImageReference | undefined => {
  try {
    return parseImageReference(text)
  } catch {
    return undefined
  }
}

/** Whether one of the names that somebody asks for leads to the image. */
export const isAskedFor = (image: LocalImage, asked: ReturnType<Users>): boolean =>
  [...asked.keys()].some((name) => isCalled(image, name))

interface Asked {
  /** All images by all their names, whether this one is still among them or not. */
  readonly all: readonly LocalImage[]
  readonly users: Users
  /** By the name that they ask for: what is gone under it, they would not find again. */
  readonly askers: Users
}

/**
 * Throws RuntimeError IMAGE_IN_USE where this name of the image is the last one and somebody has the image, or where somebody
 * asks for it by this name, which no other one does for.
 */
export const refuseInUse = (text: string, image: LocalImage, { all, users, askers }: Asked): void => {
  const others = all.filter(({ name }) => name !== image.name)
  const isLast = !others.some(({ id }) => id === image.id)
  const busy = new Set(isLast ? users().get(image.id) : [])
  for (const [asked, who] of askers()) {
    if (!isCalled(image, asked) || others.some((other) => isCalled(other, asked))) continue
    for (const one of who) busy.add(one)
  }
  if (busy.size === 0) return
  throw new RuntimeError('IMAGE_IN_USE', `image '${text}' is used by ${listed([...busy])}: delete them first`)
}

const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
