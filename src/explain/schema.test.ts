import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseTypes } from '../../script/explain-schema/parse-types.ts'
import { schemaText } from '../../script/explain-schema/trace-schema.ts'
import { answerFaults } from './testing/answer-schema.ts'
import { ask } from './testing/cluster.ts'
import { schemaFaults } from './testing/json-schema.ts'
import { print } from './words/print.ts'

/* That each trace of the other tests is as the schema says is looked at where they ask (`testing/cluster.ts`). */

test('docs/explain.schema.json is what the types of the trace say', () => {
  const written = readFileSync(new URL('../../docs/explain.schema.json', import.meta.url), 'utf8')
  assert.equal(written, schemaText(), 'script/node script/explain-schema/write.ts writes it anew')
})

test('an answer with another field, without one, or with a code that does not exist is not as the schema says', () => {
  const { trace } = ask('pod/client', 'svc/web')
  const answer = { ...trace, text: print(trace) }
  assert.deepEqual(answerFaults(answer), [])
  const { text: _, ...silent } = answer
  assert.deepEqual(answerFaults(silent), ['.text is missing'])
  assert.deepEqual(answerFaults({ ...answer, more: 1 }), ['.more is not known'])
  assert.deepEqual(answerFaults({ ...answer, basis: 'hope' }), ['.basis is none of kernels, model'])
  assert.deepEqual(answerFaults({ ...answer, steps: [{ code: 'hop' }] }), ['.steps[0].code is not "localhost"'])
  assert.notDeepEqual(answerFaults({ ...answer, steps: [{ ...trace.steps[1], entry: { way: 'from-pod' } }] }), [])
})

test('a schema with a keyword that nobody looks at is refused', () => {
  assert.throws(() => schemaFaults('x', { pattern: 'y' } as object), /keyword pattern/)
  assert.throws(() => schemaFaults('x', { $ref: '#/$defs/None' }), /leads nowhere/)
})

test('types are read with their docstrings, and one that JSON cannot hold is refused', () => {
  const { type, doc } =
    parseTypes('/** A thing. */\nexport interface Thing {\n  /** How many. */\n  readonly count?: number\n}\n').get(
      'Thing',
    ) ?? {}
  assert.equal(doc, 'A thing.')
  assert.deepEqual(type, {
    kind: 'object',
    fields: [{ name: 'count', optional: true, type: { kind: 'number' }, doc: 'How many.' }],
  })
  assert.throws(() => parseTypes('export type Held = Map<string, number>\n'), /no generic type/)
})
