import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ANNOTATIONS } from '#routes/ingress/annotations/annotation-list.ts'
import { restricts } from '#routes/ingress/annotations/restrictions.ts'
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

test('docs/ingress.md names the annotations for which requests get 503', () => {
  const [, text = ''] =
    /Some of those that are not honoured are there to keep somebody out: ([\s\S]*?)\. An Ingress/.exec(page) ?? []
  const names = [...text.matchAll(/`([a-z]+-[-a-z]+)`/g)].map(([, name = '']) => name)
  assert.equal(names.length, 10)
  for (const name of names)
    assert.ok(
      restricts(name, 'deny all;', () => undefined),
      name,
    )
})

test('docs/ingress.md lists the reasons of Events of Ingresses, with what each tells', () => {
  assert.deepEqual(rowsOf('Events'), Object.entries(REASONS))
})
