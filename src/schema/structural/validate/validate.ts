import { isWhole } from '../../json/long-integer.ts'
import { canonicalJson, inGoOrder, isJsonObject, jsonEqual } from '../../json-value.ts'
import { own } from '../../own.ts'
import type { Structural } from '../structural.ts'
import { type Before, isUnchanged, itemBefore, memberBefore } from './correlate.ts'
import { type Finding, Findings, general } from './findings.ts'
import { checkNumber } from './numbers.ts'
import { NOWHERE, type Problem } from './problem.ts'

/** What JSON calls the type of a value; a whole number is an integer. */
const typeOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isWhole(value)) return 'integer'
  return typeof value
}

/** What Kubernetes prints in place of the value where its type is told by a format. */
const FORMATS: { readonly [type: string]: string } = { integer: 'int64', number: 'float64' }

const invalidType = (path: string, wanted: string, got: string): Finding => {
  const text = `${path} in body must be of type ${wanted}: ${JSON.stringify(got)}`
  return { type: 'TypeInvalid', field: path, badValue: got, detail: text, text }
}

const checkType = (findings: Findings, node: Structural, value: unknown, path: string): void => {
  const { types, nullable } = node
  const format = node.numberFormat || node.textFormat?.name || ''
  if (types.length === 0 && format === '') return
  findings.matches++
  const fail = (wanted: string, got: string): void => {
    findings.matches--
    findings.add(invalidType(path, wanted, got))
  }
  if (value === null) {
    if (types.length > 0 && !nullable) fail(types.join(','), 'null')
    return
  }
  const type = typeOf(value)
  const fits = types.includes(type) || (type === 'integer' && types.includes('number'))
  const isTextual = type === 'string' || type === 'array'
  if (!isTextual && format !== '' && !fits) fail(format, FORMATS[type] ?? '')
  else if (isTextual && format !== '' && !types.includes('number') && !types.includes('integer')) return
  else if (!fits) fail(types.join(','), type)
}

const characters = (text: string): number => {
  let count = 0
  for (const _ of text) count++
  return count
}

const checkText = (findings: Findings, { schema, pattern }: Structural, value: string, path: string): void => {
  const { minLength, maxLength } = schema
  const fail = (detail: string): void => {
    const text = `${path} in body should ${detail}`
    findings.add({ type: 'Invalid', field: path, badValue: value, detail: text, text })
  }
  const length = minLength === undefined && maxLength === undefined ? 0 : characters(value)
  if (maxLength !== undefined && length > maxLength) {
    const text = `${path} in body should be at most ${maxLength} chars long`
    const detail = `may not be more than ${maxLength} byte${maxLength === 1 ? '' : 's'}`
    findings.add({ type: 'TooLong', field: path, detail, text })
  } else if (minLength !== undefined && length < minLength) fail(`be at least ${minLength} chars long`)
  else if (pattern !== undefined && !pattern(value)) fail(`match '${schema.pattern}'`)
}

const tooMany = (path: string, count: number, most: number, what: string): Finding => {
  const text = `${path} in body should have at most ${most} ${what}`
  return { type: 'TooMany', field: path, badValue: count, detail: `must have at most ${most} items`, text }
}

const tooFew = (path: string, count: number, least: number, what: string): Finding => {
  const text = `${path} in body should have at least ${least} ${what}`
  return { type: 'Invalid', field: path, badValue: count, detail: text, text }
}

const hasDuplicates = (items: readonly unknown[]): boolean => new Set(items.map(canonicalJson)).size < items.length

const checkList = (
  findings: Findings,
  node: Structural,
  items: readonly unknown[],
  path: string,
  before: Before | undefined,
): void => {
  const { minItems, maxItems, uniqueItems } = node.schema
  if (node.items !== undefined)
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      findings.merge(examine(node.items, item, `${path}[${index}]`, itemBefore(before, node, item)))
    }
  if (minItems !== undefined && items.length < minItems) findings.add(tooFew(path, items.length, minItems, 'items'))
  if (maxItems !== undefined && items.length > maxItems) findings.add(tooMany(path, items.length, maxItems, 'items'))
  if (uniqueItems && hasDuplicates(items)) {
    const text = `${path} in body shouldn't contain duplicates`
    findings.add({ type: 'Invalid', field: path, badValue: '', detail: text, text })
  }
  findings.matches++
}

const checkEnum = (findings: Findings, { schema }: Structural, value: unknown, path: string): void => {
  const { enum: values = [] } = schema
  if (values.length === 0 || (value !== null && values.some((one) => jsonEqual(one, value)))) return
  const shown = values.map((one) => JSON.stringify(typeof one === 'string' ? one : canonicalJson(one)))
  findings.add({
    type: 'NotSupported',
    field: path,
    badValue: inGoOrder(value),
    detail: `supported values: ${shown.join(', ')}`,
    text: `${path} in body should be one of ${JSON.stringify(values)}`,
  })
}

const checkMembers = (
  findings: Findings,
  node: Structural,
  object: { readonly [name: string]: unknown },
  path: string,
  before: Before | undefined,
): void => {
  const { schema, additional, properties } = node
  const names = Object.keys(object).sort()
  const { minProperties, maxProperties, required = [] } = schema
  if (minProperties !== undefined && names.length < minProperties)
    findings.add(tooFew(path, names.length, minProperties, 'properties'))
  if (maxProperties !== undefined && names.length > maxProperties)
    findings.add(tooMany(path, names.length, maxProperties, 'properties'))
  for (const name of names) {
    const inner = properties.get(name)
    const isTypeMeta = path === '' && (name === 'kind' || name === 'apiVersion')
    const was = isTypeMeta ? undefined : memberBefore(before, name)
    if (inner !== undefined) findings.merge(examine(inner, object[name], path === '' ? name : `${path}.${name}`, was))
    else if (additional === false) {
      const text = `${path}.${name} in body is a forbidden property`
      findings.add({ type: 'Invalid', field: path, badValue: name, detail: text, text })
    } else if (typeof additional === 'object') findings.merge(examine(additional, object[name], `${path}.${name}`, was))
  }
  for (const name of required)
    if (own(object, name) === undefined) {
      const field = `${path}.${name}`
      findings.add({ type: 'Required', field, detail: '', text: `${field} in body is required` })
    }
}

/** Of several schemas that all fail, what the one says that came furthest. */
const furthest = (all: readonly Findings[]): Findings | undefined =>
  all.reduce<Findings | undefined>((best, one) => (best && one.matches <= best.matches ? best : one), undefined)

/** The logical parts of a schema, which say something of the whole value. */
const checkParts = (
  findings: Findings,
  node: Structural,
  value: unknown,
  path: string,
  before: Before | undefined,
): void => {
  const name = JSON.stringify(path)
  const all = (parts: readonly Structural[]): readonly Findings[] =>
    parts.map((part) => plain(part, value, path, before))
  if (node.anyOf.length > 0) {
    const results = all(node.anyOf)
    const good = results.find(({ isEmpty }) => isEmpty)
    if (good === undefined) findings.add(general(`${name} must validate at least one schema (anyOf)`))
    findings.merge(good ?? furthest(results)!)
  }
  if (node.oneOf.length > 0) {
    const results = all(node.oneOf)
    const good = results.filter(({ isEmpty }) => isEmpty)
    if (good.length === 1) findings.merge(good[0]!)
    else {
      const found = good.length === 0 ? 'Found none valid' : `Found ${good.length} valid alternatives`
      findings.add(general(`${name} must validate one and only one schema (oneOf). ${found}`))
      if (good.length === 0) findings.merge(furthest(results)!)
    }
  }
  if (node.allOf.length > 0) {
    const results = all(node.allOf)
    for (const result of results) findings.merge(result)
    const bad = results.filter(({ isEmpty }) => !isEmpty).length
    if (bad > 0) {
      const none = bad === results.length ? '. None validated' : ''
      findings.add(general(`${name} must validate all the schemas (allOf)${none}`))
    }
  }
  if (node.not !== undefined && plain(node.not, value, path, before).isEmpty)
    findings.add(general(`${name} must not validate the schema (not)`))
  findings.matches++
}

const plain = (node: Structural, value: unknown, path: string, before: Before | undefined): Findings => {
  const findings = new Findings()
  checkType(findings, node, value, path)
  if (value === null) {
    checkEnum(findings, node, value, path)
    return findings
  }
  if (node.types.length > 0 || node.numberFormat !== '' || node.textFormat !== undefined) findings.matches++
  checkParts(findings, node, value, path, before)
  findings.matches++
  if (typeof value === 'string') {
    checkText(findings, node, value, path)
    findings.matches++
    if (node.textFormat !== undefined) {
      const { name, test } = node.textFormat
      if (!test(value)) findings.add(invalidType(path, name, value))
      findings.matches++
    }
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    checkNumber(findings, node, value, path)
    findings.matches += 2
  } else if (Array.isArray(value)) {
    checkList(findings, node, value, path, before)
    findings.matches++
  }
  checkEnum(findings, node, value, path)
  findings.matches++
  if (isJsonObject(value)) {
    checkMembers(findings, node, value, path, before)
    findings.matches++
  }
  findings.matches++
  return findings
}

/** What is wrong with a value is forgiven where the same was there before. */
const examine = (node: Structural, value: unknown, path: string, before: Before | undefined): Findings => {
  const findings = plain(node, value, path, before)
  if (!findings.isEmpty && isUnchanged(before, value)) findings.forgive()
  return findings
}

const fieldOf = (base: string, field: string): string => {
  if (field === NOWHERE) return base === '' ? NOWHERE : base
  const name = field.replace(/^\./, '')
  if (name === '') return base === '' ? NOWHERE : base
  return base === '' ? name : `${base}.${name}`
}

/**
 * What is wrong with a value by its schema, in the words and the order of Kubernetes' validator; members are looked at
 * in the order of their names. `base` stands before each path. With `before`, what was wrong already and is unchanged
 * is not told of.
 */
export const validateValue = (node: Structural, value: unknown, base = '', before?: Before): readonly Problem[] =>
  examine(node, value, '', before).list.map(({ text: _, field, ...problem }) => ({
    ...problem,
    field: fieldOf(base, field),
  }))
