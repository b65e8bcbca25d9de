import { parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import { PART_NAMES, type PartName } from './part-name.ts'

/** Settings that cannot be used; docs/errors.md lists the code. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly code = 'SETTINGS_INVALID'

  constructor(field: string, what: string) {
    super(`settings: ${field} ${what}; fairlead install writes them anew`)
  }
}

type Fields = Readonly<Record<string, unknown>>

/** What a list's items may be, in words, and what throws where one is not. */
const ITEMS = {
  part: {
    words: PART_NAMES.join(', '),
    check: (text: string) => {
      if (!PART_NAMES.some((name) => name === text)) throw new RangeError(text)
    },
  },
  url: {
    words: 'https://HOST:PORT',
    check: (text: string) => {
      if (new URL(text).protocol !== 'https:') throw new RangeError(text)
    },
  },
  cidr: { words: 'a range such as 10.96.0.0/12', check: parseCidr },
  address: { words: 'an IP address', check: parseAddress },
} as const

type Item = keyof typeof ITEMS

/** A list of texts of one sort; an absent one is empty. Throws SettingsError. */
export const readList = <I extends Item>(
  fields: Fields,
  name: string,
  item: I,
): readonly (I extends 'part' ? PartName : string)[] => {
  const value = fields[name] ?? []
  const { words, check } = ITEMS[item]
  if (!Array.isArray(value)) throw new SettingsError(name, 'is no list')
  for (const [index, text] of value.entries()) {
    try {
      if (typeof text !== 'string') throw new TypeError()
      check(text)
    } catch {
      throw new SettingsError(`${name}[${index}]`, `is ${JSON.stringify(text)}, and has to be ${words}`)
    }
  }
  return value
}

/** A text that must be there. Throws SettingsError. */
export const readText = (fields: Fields, name: string): string => {
  const value = fields[name]
  if (typeof value !== 'string' || value === '')
    throw new SettingsError(name, `is ${value === undefined ? 'missing' : JSON.stringify(value)}, and has to be a text`)
  return value
}
