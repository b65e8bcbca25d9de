import { CliError } from '../cli-error.ts'
import { didYouMean } from '../command.ts'

/** A value of a file, at its path: `nodes[1].labels`. */
export interface Place {
  /** The file's name, for the error. */
  readonly file: string
  readonly path: string
  readonly value: unknown
}

type Fields = Readonly<Record<string, unknown>>

/** CliError CONFIG_INVALID of a place, `what` a sentence without its subject. */
export const wrong = ({ file, path }: Place, what: string, hint?: string): CliError =>
  new CliError('CONFIG_INVALID', `${file}: ${path === '' ? 'it' : path} ${what}`, hint === undefined ? {} : { hint })

export const within = ({ file, path, value }: Place, key: string): Place => ({
  file,
  path: path === '' ? key : `${path}.${key}`,
  value: (value as Fields)[key],
})

/** A mapping of these fields and no others. */
export const mapping = (place: Place, known: readonly string[]): Fields => {
  const { value } = place
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'must be a mapping')
  for (const key of Object.keys(value))
    if (!known.includes(key))
      throw new CliError(
        'CONFIG_INVALID',
        `${place.file}: ${within(place, key).path}: there is no such field${didYouMean(key, known)}`,
        { hint: `fields here are: ${known.join(', ')}` },
      )
  return value as Fields
}

export const list = (place: Place, what: string): readonly Place[] => {
  if (!Array.isArray(place.value)) throw wrong(place, `must be a list of ${what}`)
  return place.value.map((value: unknown, index) => ({ file: place.file, path: `${place.path}[${index}]`, value }))
}

/** A text; numbers and the like are to be quoted where a text is meant, as in every manifest. */
export const text = (place: Place): string => {
  if (typeof place.value !== 'string' || place.value === '')
    throw wrong(place, 'must be a text', 'a number or a word such as yes is a text in quotes')
  return place.value
}

export const flag = (place: Place): boolean => {
  if (typeof place.value !== 'boolean') throw wrong(place, 'must be true or false')
  return place.value
}

/** Texts by name. */
export const texts = (place: Place): Readonly<Record<string, string>> => {
  const { value } = place
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'must be a mapping')
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (typeof one !== 'string') throw wrong(within(place, key), 'must be a text', 'write it in quotes')
      return [key, one]
    }),
  )
}
