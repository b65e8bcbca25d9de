/** Writes docs/explain.schema.json from the types of src/explain/trace/: `script/node script/explain-schema/write.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaText } from './trace-schema.ts'

writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'explain.schema.json'), schemaText())
