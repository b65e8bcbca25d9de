import type { Random } from '#allocator/bitmap.ts'

/** Kubernetes' alphabet for generated names: no vowels, no 0, 1, 3, so that no words and no lookalikes appear. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX_LENGTH = 5
/** A name has at most 63 characters. */
const BASE_LENGTH = 63 - SUFFIX_LENGTH

/** Letters and digits of Kubernetes’ alphabet, which has no vowels, so that no words come about. */
export const randomSuffix = (random: Random, length = SUFFIX_LENGTH): string => {
  let suffix = ''
  for (let index = 0; index < length; index++) suffix += ALPHABET[random(ALPHABET.length)]
  return suffix
}

/** `web-` → `web-x7k2p`; a long base is cut so that the name stays a DNS label. */
export const generateName = (base: string, random: Random): string => base.slice(0, BASE_LENGTH) + randomSuffix(random)
