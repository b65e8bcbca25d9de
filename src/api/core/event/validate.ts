import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { utf8Bytes } from '#schema/utf8.ts'
import type { Event } from './message.ts'

/** Octets. */
const LONGEST = 128
const LONGEST_MESSAGE = 1024

const checkLength = (text: string | undefined, most: number, field: string): readonly FieldError[] =>
  text !== undefined && utf8Bytes(text).length > most ? [invalid(field, '', `can have at most ${most} characters`)] : []

const checkWord = (word: string | undefined, field: string): readonly FieldError[] =>
  word ? checkLength(word, LONGEST, field) : [required(field)]

/** Events of the new form (with eventTime) say who reports, and why. */
const checkNewForm = (event: Event, reporting: string): readonly FieldError[] => {
  const controller = event.reportingComponent ?? ''
  return [
    ...(controller === '' ? [required(reporting)] : []),
    ...checkForm(qualifiedName, controller, reporting),
    ...checkWord(event.reportingInstance, 'reportingInstance'),
    ...checkWord(event.action, 'action'),
    ...checkWord(event.reason, 'reason'),
    ...checkLength(event.message, LONGEST_MESSAGE, 'message'),
  ]
}

/**
 * What holds of each Event in whichever form it is written: it lies in the namespace of what it is about; about the
 * cluster's own things, in `default`. `reporting` is what the form calls the reporting component.
 */
export const checkEvent = (event: Event, reporting: string): readonly FieldError[] => {
  const about = event.involvedObject?.namespace ?? ''
  const namespace = event.metadata?.namespace ?? ''
  const isNew = Boolean(event.eventTime)
  const free = isNew ? ['default', 'kube-system'] : ['', 'default']
  const fits = about === '' ? free.includes(namespace) : isNew || namespace === about
  return [
    ...(fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')]),
    ...(isNew ? checkNewForm(event, reporting) : []),
  ]
}

export const validateEventCreate = (event: Event): readonly FieldError[] => [
  ...validateMetadata(event.metadata, true, dnsSubdomain),
  ...checkEvent(event, 'reportingComponent'),
]

/** It may be changed as it may be written. */
export const validateEventUpdate = (event: Event): readonly FieldError[] => checkEvent(event, 'reportingComponent')
