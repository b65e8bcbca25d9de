import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import { PodTemplateSpec } from '#api/core/pod/template.ts'
import { decodeJson, jsonValue } from '#schema/json.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { safeText } from '../values/safe-text.ts'

/** On a pod: the revision that it was made from. A StatefulSet writes its name, a DaemonSet its hash. */
export const REVISION_LABEL = 'controller-revision-hash'

/**
 * What a ControllerRevision keeps of an object whose template this is: a strategic merge patch that puts the template
 * back. Its keys are in order, so that `kubectl` and others who compare its bytes find them equal.
 */
export const stateOf = (template: PodTemplateSpec | undefined): { readonly [key: string]: unknown } =>
  sorted({
    spec: { template: { ...jsonValue(PodTemplateSpec, template ?? {}), $patch: 'replace' } },
  }) as { readonly [key: string]: unknown }

/** The template that a ControllerRevision keeps; an empty one where it keeps something else. */
export const templateOf = ({ data }: ControllerRevision): PodTemplateSpec => {
  const spec = isJsonObject(data) ? data.spec : undefined
  const template = isJsonObject(spec) ? spec.template : undefined
  return isJsonObject(template) ? decodeJson(PodTemplateSpec, template).object : {}
}

/** Both keep the same: to the letter, as Kubernetes compares them. */
export const isSameState = (one: unknown, other: unknown): boolean => stateText(one) === stateText(other)

const stateText = (state: unknown): string => JSON.stringify(sorted(state)) ?? ''

/** Go's JSON writes what HTML could mistake as numbers of characters. */
const ESCAPED = /[<>&\u2028\u2029]/g

/**
 * Names a state, as Kubernetes does: FNV-1 (32 bits) over its JSON in UTF-8 and the number of names that were taken
 * already.
 */
export const stateHash = (state: unknown, collisionCount = 0): string => {
  const text = stateText(state).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  let hash = 0x811c9dc5
  for (const byte of utf8(`${text}${collisionCount}`)) hash = (Math.imul(hash, 0x01000193) ^ byte) >>> 0
  return safeText(hash)
}

const utf8 = (text: string): readonly number[] => {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

/** The same value with the keys of its objects in order. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}

/** For `sort`: the oldest state first. */
export const byRevision = (a: ControllerRevision, b: ControllerRevision): number => {
  const number = Number(a.revision ?? 0) - Number(b.revision ?? 0)
  if (number !== 0) return number
  const age = (one: ControllerRevision) => `${one.metadata?.creationTimestamp} ${one.metadata?.name}`
  return age(a) < age(b) ? -1 : 1
}

/** One more than the highest of them; 1 for the first. */
export const nextRevision = (revisions: readonly ControllerRevision[]): number =>
  Math.max(0, ...revisions.map(({ revision }) => Number(revision ?? 0))) + 1
