import { SelectorError } from '#objects/selector-error.ts'
import { own } from '#schema/own.ts'
import type { ApiObject, Resource } from '../resource.ts'

export interface FieldRequirement {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** Beside `metadata.name` and, in a namespace, `metadata.namespace`: what a client may select each kind by. */
const FIELDS: { readonly [resource: string]: readonly string[] } = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  'apps/replicasets': ['status.replicas'],
}

/** Whether a client may select objects of this kind by the field. */
export const supportsField = (
  { group, plural, namespaced }: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
  field: string,
): boolean =>
  field === 'metadata.name' ||
  (field === 'metadata.namespace' && namespaced) ||
  (own(FIELDS, `${group}/${plural}`)?.includes(field) ?? false)

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
export const parseFieldSelector = (
  resource: Pick<Resource, 'group' | 'plural' | 'namespaced'>,
  text: string,
): readonly FieldRequirement[] =>
  terms(text).map((term) => {
    const match = /^((?:\\.|[^=!\\]|!(?!=))*)(!=|==|=)(.*)$/s.exec(term)
    if (match === null)
      throw new SelectorError('SELECTOR_SYNTAX', `invalid selector: '${text}'; can't understand '${term}'`)
    const [, field = '', symbol, value = ''] = match
    if (!supportsField(resource, field))
      throw new SelectorError('FIELD_UNSUPPORTED', `field label not supported: ${field}`)
    return { field, operator: symbol === '!=' ? '!=' : '=', value: unescaped(value) }
  })

const at = (object: unknown, path: string): unknown => {
  let value = object
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { readonly [key: string]: unknown })[name]
  }
  return value
}

/** The text of a field as a selector compares it: absent is '', a boolean and a number are written out. */
export const fieldValue = (resource: Pick<Resource, 'group' | 'plural'>, object: ApiObject, field: string): string => {
  const value = at(object, field)
  if (resource.plural === 'events' && field === 'source') {
    const component = at(object, 'source.component')
    return String(component || (at(object, 'reportingComponent') ?? ''))
  }
  if (field === 'status.podIPs')
    return ((value ?? []) as readonly { readonly ip?: string }[]).map(({ ip }) => ip).join(',')
  if (field === 'spec.unschedulable' || field === 'spec.hostNetwork') return String(value === true)
  if (field === 'status.replicas') return String(value ?? 0)
  return value === undefined || value === null ? '' : String(value)
}

/** Whether every requirement holds. */
export const matchesFields = (
  resource: Pick<Resource, 'group' | 'plural'>,
  requirements: readonly FieldRequirement[],
  object: ApiObject,
): boolean =>
  requirements.every(
    ({ field, operator, value }) => (fieldValue(resource, object, field) === value) === (operator === '='),
  )

export const formatFieldSelector = (requirements: readonly FieldRequirement[]): string =>
  requirements
    .map(
      ({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, (character) => `\\${character}`)}`,
    )
    .join(',')
