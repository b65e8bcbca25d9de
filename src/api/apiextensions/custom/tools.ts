import { RE2JS } from 're2js'
import type { SchemaTools } from '#schema/structural/structural.ts'
import { textFormat } from './formats.ts'

/** Patterns are Go's, in linear time whatever the pattern; formats are those that Kubernetes knows. */
export const schemaTools: SchemaTools = {
  pattern(pattern) {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.test(text)
  },
  format: textFormat,
}
