import type { JsonSchema } from '../json-schema.ts'
import { type SchemaTools, type Structural, structuralOf } from '../structural.ts'

/** Patterns as JavaScript has them, and two formats. */
const testTools: SchemaTools = {
  pattern: (pattern) => {
    const expression = new RegExp(pattern)
    return (text) => expression.test(text)
  },
  format: (name) =>
    ({
      datetime: (text: string) => /^\d{4}-\d\d-\d\dT/.test(text),
      ipv4: (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text),
    })[name],
}

/** A schema, compiled for a test. */
export const compiled = (schema: JsonSchema): Structural => structuralOf(schema, testTools)
