import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { SelectorError } from '#objects/selector-error.ts'
import { own } from '#schema/own.ts'

interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

type Fields = NonNullable<Kind['fields']>

/** What every kind can be selected by. */
const NAME: Fields = { 'metadata.name': ({ metadata }) => metadata?.name }
const NAMESPACE: Fields = { 'metadata.namespace': ({ metadata }) => metadata?.namespace }

/** How a field of this kind is read; undefined where objects of it cannot be selected by the field. */
const readerOf = ({ resource, fields }: Kind, field: string): Fields[string] | undefined =>
  // A kind of the cluster with fields of its own has no namespace to be asked for.
  own(NAME, field) ?? (resource.namespaced || !fields ? own(NAMESPACE, field) : undefined) ?? own(fields, field)

/** Kubernetes says it in one way of kinds that have fields of their own, and in another of all others. */
const unsupported = ({ fields }: Kind, field: string): string =>
  fields
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`

const unescaped = (value: string): string =>
  value.replace(/\\(.?)/g, (whole, character: string) => {
    if (character === '\\' || character === ',' || character === '=') return character
    throw new SelectorError('SELECTOR_SYNTAX', `invalid field selector: invalid escape sequence: ${whole}`)
  })

/** Splits at commas that no backslash stands before. */
const terms = (text: string): readonly string[] => text.match(/(?:\\.|[^,\\]|\\$)+/g) ?? []

/**
 * `metadata.name=web,status.phase!=Running`; `==` is `=`; `\,`, `\=` and `\\` stand for themselves. Throws
 * SelectorError: `field label not supported: spec.nosuch` where the kind cannot be selected by it, which is a 400 of
 * the API.
 */
export const parseFieldSelector = (kind: Kind, text: string): readonly FieldRequirement[] =>
  terms(text).map((term) => {
    const match = /^((?:\\.|[^=!\\]|!(?!=))*)(!=|==|=)(.*)$/s.exec(term)
    if (match === null)
      throw new SelectorError('SELECTOR_SYNTAX', `invalid selector: '${text}'; can't understand '${term}'`)
    const [, field = '', symbol, value = ''] = match
    if (readerOf(kind, field) === undefined) throw new SelectorError('FIELD_UNSUPPORTED', unsupported(kind, field))
    return { field, operator: symbol === '!=' ? '!=' : '=', value: unescaped(value) }
  })

/** The text of a field as a selector compares it: absent is '', a boolean and a number are written out. */
const fieldText = (kind: Kind, object: ApiObject, field: string): string =>
  String(readerOf(kind, field)?.(object) ?? '')

/** Whether every requirement holds. */
export const matchesFields = (kind: Kind, requirements: readonly FieldRequirement[], object: ApiObject): boolean =>
  requirements.every(({ field, operator, value }) => (fieldText(kind, object, field) === value) === (operator === '='))
