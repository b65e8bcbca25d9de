import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const room = join(import.meta.dirname, '..')
const isWords = (file: string): boolean => /^(?:words|testing)\//.test(file) || file.endsWith('.test.ts')
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm
const LITERAL = /'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g
const SENTENCE = /[a-z]{2,} [a-z]{2,}/i

/** What a file says in two words or more, outside of its comments. */
const sentencesIn = (text: string): readonly string[] =>
  (text.replace(COMMENT, '').match(LITERAL) ?? []).filter((one) => SENTENCE.test(one.replace(/\$\{[^}]*\}/g, 'x')))

test('no file of explain but those of words/ writes a sentence', () => {
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const found = files
    .filter((file) => !isWords(file))
    .flatMap((file) => sentencesIn(readFileSync(join(room, file), 'utf8')).map((one) => `${file}: ${one}`))
  assert.deepEqual(found, [
    // What a kubelet says of an object that a pod names, and that is not there.
    `diagnose/pods/missing-objects.ts: \`\${kind.toLowerCase()} "\${name}" not found\``,
  ])
  assert.ok(files.length > 100, `${files.length} files were read`)
})

test('a sentence is found in quotes and in templates, and not in comments', () => {
  assert.deepEqual(sentencesIn(`const a = 'the host' // it is so\nconst b = \`pod \${name} has none\``), [
    "'the host'",
    `\`pod \${name} has none\``,
  ])
  assert.deepEqual(sentencesIn(`/* 'the host' */ const a = 'kube-system/kube-dns'`), [])
})
