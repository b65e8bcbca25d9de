import { readFileSync } from 'node:fs'
import { type Schema, schemaFaults } from './json-schema.ts'

const schema = JSON.parse(readFileSync(new URL('../../../docs/explain.schema.json', import.meta.url), 'utf8')) as Schema

/** What of an answer, as JSON has it, is not as docs/explain.schema.json says. */
export const answerFaults = (answer: unknown): readonly string[] =>
  schemaFaults(JSON.parse(JSON.stringify(answer)), schema)
