import { parseLabelSelector } from '#api/selectors/label-selector.ts'
import { type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { checkForm, labelValue, qualifiedName } from '#api/validation/names.ts'

interface Requirement {
  readonly key?: string
  readonly operator?: string
  readonly values?: readonly string[]
}

interface Selector {
  readonly rawSelector?: string
  readonly requirements?: readonly Requirement[]
}

/** What a list or a watch that is asked about is narrowed to. */
export interface SelectorAttributes {
  readonly fieldSelector?: Selector
  readonly labelSelector?: Selector
}

/** What is wrong with the values of a requirement; an operator of a later version is not. */
const wrongValues = ({ operator = '', values = [] }: Requirement, at: string): readonly FieldError[] => {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
    return [required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")]
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    return [forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
  return []
}

const wrongField = (requirement: Requirement, at: string): readonly FieldError[] => [
  ...(requirement.key ? [] : [required(`${at}.key`, 'must be specified')]),
  ...wrongValues(requirement, at),
]

const wrongLabel = (requirement: Requirement, at: string): readonly FieldError[] => [
  ...wrongValues(requirement, at),
  ...checkForm(qualifiedName, requirement.key ?? '', `${at}.key`),
  ...(requirement.values ?? []).flatMap((value, index) => checkForm(labelValue, value, `${at}.values[${index}]`)),
]

const wrongSelector = (
  selector: Selector | undefined,
  at: string,
  wrong: (requirement: Requirement, at: string) => readonly FieldError[],
): readonly FieldError[] => {
  if (!selector) return []
  const { rawSelector = '', requirements = [] } = selector
  const errors: FieldError[] = []
  if (rawSelector !== '' && requirements.length > 0)
    errors.push(invalid(`${at}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'))
  if (rawSelector === '' && requirements.length === 0) {
    const why = `when ${at} is specified, requirements or rawSelector is required`
    errors.push(required(`${at}.requirements`, why))
  }
  return [
    ...errors,
    ...requirements.flatMap((requirement, index) => wrong(requirement, `${at}.requirements[${index}]`)),
  ]
}

/** What is wrong with the selectors of a question, in Kubernetes' words. */
export const wrongSelectors = ({ fieldSelector, labelSelector }: SelectorAttributes, at: string) => [
  ...wrongSelector(fieldSelector, `${at}.fieldSelector`, wrongField),
  ...wrongSelector(labelSelector, `${at}.labelSelector`, wrongLabel),
]

/** A field has this one value, or another than this. */
const TERM = /^(?:\\.|[^=!\\])+(?:!=|==?)(?:\\.|[^=\\])*$/s

/** Fields have one value each, yet. */
const isFieldTerm = ({ operator = '', values = [] }: Requirement): boolean =>
  ['In', 'NotIn'].includes(operator) && values.length === 1

const isLabelTerm = ({ operator = '' }: Requirement): boolean =>
  ['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)

const isField = (text: string): boolean => text.split(/(?<!\\),/).every((term) => term === '' || TERM.test(term))

const isLabel = (text: string): boolean => {
  try {
    parseLabelSelector(text)
    return true
  } catch {
    return false
  }
}

/** What of a selector cannot be read: nothing, some, or all. A decision goes by what can be. */
const unread = (
  selector: Selector | undefined,
  isRead: (text: string) => boolean,
  isTerm: (requirement: Requirement) => boolean,
): 'some' | 'all' | undefined => {
  const { rawSelector = '', requirements = [] } = selector ?? {}
  if (rawSelector !== '') return isRead(rawSelector) ? undefined : 'all'
  const known = requirements.filter(isTerm)
  if (known.length === requirements.length) return undefined
  return known.length > 0 ? 'some' : 'all'
}

/** What is said of selectors that could not be read; undefined where all of them were. */
export const unreadSelectors = ({ fieldSelector, labelSelector }: SelectorAttributes): string | undefined => {
  const said = (name: string, what: 'some' | 'all' | undefined): readonly string[] =>
    what ? [`spec.resourceAttributes.${name} ${what === 'some' ? 'partially ' : ''}ignored due to parse error`] : []
  const all = [
    ...said('fieldSelector', unread(fieldSelector, isField, isFieldTerm)),
    ...said('labelSelector', unread(labelSelector, isLabel, isLabelTerm)),
  ]
  return all.length > 0 ? all.join('; ') : undefined
}

/** The text of a field selector that asks the same, as far as it says what a field must be. */
export const fieldSelectorText = ({ fieldSelector }: SelectorAttributes): string => {
  const { rawSelector = '', requirements = [] } = fieldSelector ?? {}
  if (rawSelector !== '') return isField(rawSelector) ? rawSelector : ''
  return requirements
    .flatMap(({ key = '', operator, values = [] }) =>
      operator === 'In' && values.length === 1 ? [`${key}=${values[0]}`] : [],
    )
    .join(',')
}
