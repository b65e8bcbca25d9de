import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ANNOTATIONS } from '#routes/ingress/annotations/annotation-list.ts'
import { REASONS } from '#routes/ingress/reasons.ts'

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'ingress.md'), 'utf8')

/** The rows of the table of a chapter: its first column without backticks, and its second. */
const rowsOf = (chapter: string): readonly (readonly [string, string])[] => {
  const [, text = ''] = page.split(`\n## ${chapter}\n`)
  const [own = ''] = text.split('\n## ')
  return [...own.matchAll(/^\| `(.+?)` \| (.+) \|$/gm)].map(([, name = '', does = '']) => [name, does])
}

test('docs/ingress.md lists the annotations that are honoured, with what the code says of each', () => {
  assert.deepEqual(
    rowsOf('Annotations'),
    ANNOTATIONS.map(({ name, does }) => [name, does]),
  )
})

test('docs/ingress.md lists the reasons of Events of Ingresses, with what each tells', () => {
  assert.deepEqual(rowsOf('Events'), Object.entries(REASONS))
})
