import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Schema, schemaOf } from './json-schema.ts'
import { parseTypes } from './parse-types.ts'
import type { Declared } from './type-model.ts'

const source = join(import.meta.dirname, '..', '..', 'src')

/** All types of a file, and of those that it imports types from. */
function typesFrom(file: string, found = new Map<string, Declared>(), seen = new Set<string>()): Map<string, Declared> {
  if (seen.has(file)) return found
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  try {
    for (const [name, type] of parseTypes(text)) {
      if (found.has(name)) throw new Error(`two types are called ${name}`)
      found.set(name, type)
    }
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause })
  }
  for (const [, specifier = ''] of text.matchAll(/^import type .*? from '([^']+)'/gms))
    typesFrom(
      specifier.startsWith('#') ? join(source, specifier.slice(1)) : join(dirname(file), specifier),
      found,
      seen,
    )
  return found
}

/** JSON Schema of what `fairlead explain -o json` prints: the trace, with what `--live` adds. */
function traceSchema(): Schema {
  const types = typesFrom(join(source, 'explain/trace/answer.ts'))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'fairlead explain -o json',
    ...schemaOf('Answer', types),
  } as Schema
}

export const schemaText = (): string => `${JSON.stringify(traceSchema(), undefined, 2)}\n`
