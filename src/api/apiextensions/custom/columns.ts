import type { ApiObject } from '#api/resource.ts'
import { AGE, type Cell, type Column, NAME } from '#api/table/column.ts'
import { humanDuration } from '#api/table/human-duration.ts'
import { canonicalJson } from '#schema/json-value.ts'
import { findByPath } from '#schema/jsonpath/find.ts'
import { JsonPathError, parseJsonPath } from '#schema/jsonpath/parse.ts'
import { goFloat } from '#schema/structural/validate/go-number.ts'

/** A printer column as a definition declares it: `additionalPrinterColumns`. */
interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

/** As Go prints a value: objects and lists as JSON. */
const textOf = (value: unknown): string => {
  if (value === null) return '<no value>'
  if (typeof value === 'object') return canonicalJson(value)
  return typeof value === 'number' && !Number.isInteger(value) ? goFloat(value) : String(value)
}

const cellOf = (type: string, value: unknown, now: number): Cell => {
  switch (type) {
    case 'string':
      return textOf(value)
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? Number(value) : null
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date': {
      if (typeof value !== 'string') return null
      const time = Date.parse(value)
      return value === '' ? '<unknown>' : Number.isNaN(time) ? '<invalid>' : humanDuration(now - time)
    }
    default:
      return null
  }
}

const columnOf = ({
  name,
  type,
  format = '',
  description,
  priority = 0,
  jsonPath,
}: PrinterColumn): Column<ApiObject> => {
  const steps = parseJsonPath(jsonPath)
  return {
    name,
    type,
    format,
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority,
    cell: (object, now) => {
      const [value] = findByPath(steps, object)
      return value === undefined ? null : cellOf(type, value, now)
    },
  }
}

/** What `kubectl get` prints of such objects: the name, and the columns of the definition or the age. */
export const customColumns = (columns: readonly PrinterColumn[] | undefined): readonly Column<ApiObject>[] => {
  if (columns === undefined || columns.length === 0) return [NAME, { ...AGE, type: 'date' }]
  const own: Column<ApiObject>[] = []
  for (const column of columns)
    try {
      own.push(columnOf(column))
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error
      // Kubernetes prints those before the one that it cannot read.
      break
    }
  return [NAME, ...own]
}
