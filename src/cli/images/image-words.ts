import type { LocalImage } from '#runtime/images/local/local-image.ts'
import { sizeText } from './size-text.ts'

/** A name as people write it: what Docker's registry is called, and the tag that is meant without one, go without saying. */
export const shortName = (name: string): string => name.replace(/^docker\.io\/(?:library\/)?/, '')

/** What is printed of an image that has come: one line. */
export const arrived = ({ name, id, sizeBytes }: LocalImage): string =>
  `${shortName(name)}   ${id.slice('sha256:'.length, 19)}   ${sizeText(sizeBytes)}\n`
