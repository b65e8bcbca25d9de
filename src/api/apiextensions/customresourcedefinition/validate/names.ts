import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { dns1035Label } from '#api/validation/names.ts'
import type { CustomResourceDefinition } from '../message.ts'

type Names = CustomResourceDefinition['spec']['names']

const word = (value: string, path: string): readonly FieldError[] => {
  const problems = dns1035Label(value)
  return problems.length > 0 ? [invalid(path, value, problems.join(','))] : []
}

/** A kind is a word in mixed case. */
const kindWord = (value: string | undefined, path: string): readonly FieldError[] => {
  const problems = value ? dns1035Label(value.toLowerCase()) : []
  const why = `may have mixed case, but should otherwise match: ${problems.join(',')}`
  return problems.length > 0 ? [invalid(path, value, why)] : []
}

/** Names that are there are words. */
export const validateNames = (names: Names, path: string): readonly FieldError[] => [
  ...(names.plural ? word(names.plural, `${path}.plural`) : []),
  ...(names.singular ? word(names.singular, `${path}.singular`) : []),
  ...kindWord(names.kind, `${path}.kind`),
  ...kindWord(names.listKind, `${path}.listKind`),
  ...(names.shortNames ?? []).flatMap((name, index) => word(name, `${path}.shortNames[${index}]`)),
  ...(names.kind && names.kind === names.listKind
    ? [invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same')]
    : []),
  ...(names.categories ?? []).flatMap((name, index) => word(name, `${path}.categories[${index}]`)),
]

/** Names that a definition must have. */
export const requireNames = (names: Names, path: string): readonly FieldError[] =>
  (['plural', 'singular', 'kind', 'listKind'] as const).flatMap((name) =>
    names[name] ? [] : [required(`${path}.${name}`)],
  )
