import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allVerbs } from '#cli/command-entry.ts'
import { commandList } from '#cli/command-list.ts'
import { VERSION } from '#client/version.ts'

const top = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(top, path), 'utf8')
const sources = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('testing/'))
  .map((path) => ({ path, text: read(join('src', path)) }))

/** `NAME: CODE` of every error of ours: the codes that a class declares, and those that it is made with. */
const errorCodes = (): ReadonlySet<string> => {
  const found = new Set<string>()
  const codesIn = (text: string): readonly string[] =>
    [...text.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, code]) => code!)
  for (const { path, text } of sources) {
    // What fails by call() is a KernelError.
    if (path.startsWith('kernel/'))
      for (const [, code] of text.matchAll(/\bcall\(\s*'([A-Z0-9_]+)'/g)) found.add(`KernelError: ${code}`)
    // The first argument, which may choose between two; names of errnos stand there only to be compared.
    for (const [, name, argument] of text.matchAll(/new (\w+Error)\(([^,]*)/g))
      for (const code of codesIn(argument!)) if (!/^E[A-Z]+$/.test(code)) found.add(`${name}: ${code}`)
    for (const [, name, body] of text.matchAll(/class (\w+Error) extends Error \{([\s\S]*?)\n\}/g)) {
      const declared =
        /readonly code(?::|\s*=)\s*([\s\S]*?)\n\s*(?:readonly|constructor|override|\}|$)/.exec(`${body}\n}`)?.[1] ?? ''
      for (const code of codesIn(declared)) found.add(`${name}: ${code}`)
      const alias = /^(\w+Code)\b/.exec(declared.trim())?.[1]
      const union = alias && new RegExp(`type ${alias} =([\\s\\S]*?)\\n(?:\\n|/\\*|export)`).exec(text)?.[1]
      for (const code of codesIn(union ?? '')) found.add(`${name}: ${code}`)
    }
  }
  return found
}

test('docs/errors.md lists every error code of ours, with its meaning and the way out, and no other', () => {
  const documented = new Set<string>()
  let name = ''
  for (const line of read('docs/errors.md').split('\n')) {
    name = /^## (\w+)/.exec(line)?.[1] ?? name
    const [, code, meaning, wayOut] = /^\| `([A-Z0-9_]+)` \| (.+?) \| (.+?) \|$/.exec(line) ?? []
    if (!code) continue
    assert.ok(meaning && wayOut, `${name}: ${code} has a meaning and a way out`)
    assert.ok(!documented.has(`${name}: ${code}`), `${name}: ${code} stands once`)
    documented.add(`${name}: ${code}`)
  }
  const inCode = errorCodes()
  assert.ok(inCode.size > 80, `${inCode.size} codes found`)
  assert.deepEqual([...inCode].filter((code) => !documented.has(code)).sort(), [], 'in the code, not in docs/errors.md')
  assert.deepEqual([...documented].filter((code) => !inCode.has(code)).sort(), [], 'in docs/errors.md, not in the code')
})

test('every class of error of ours has a code', () => {
  for (const { path, text } of sources)
    for (const [, name, body] of text.matchAll(/class (\w+) extends Error \{([\s\S]*?)\n\}/g))
      assert.match(body!, /readonly (code|status)\b/, `${path}: ${name}`)
})

test('the version is the same in package.json and in the code', () => {
  assert.equal((JSON.parse(read('package.json')) as { version: string }).version, VERSION)
})

test('docs/dependencies.md has a row for every dependency of package.json, and no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  // Its sections on npm packages; the first cell may name several.
  const listed = read('docs/dependencies.md')
    .split(/^## /m)
    .filter((section) => section.startsWith('npm packages'))
    .flatMap((section) => section.split('\n').filter((line) => /^\| (?!package|---)/.test(line)))
    .flatMap((line) => line.split('|')[1]!.replaceAll('`', '').trim().split(/,\s*/))
  assert.deepEqual(listed.toSorted(), Object.keys({ ...dependencies, ...devDependencies }).toSorted())
})

test('every verb of the command list has its file, its name and its help, and every file its verb', async () => {
  const files = readdirSync(join(top, 'src/cli/commands'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.ts$/, '').replace('/', ' '))
  const verbs = allVerbs(commandList)
  assert.deepEqual(files.sort(), verbs.map(({ name }) => name).sort())
  for (const { name, summary, load } of verbs) {
    const command = await load()
    assert.equal(command.name, name)
    assert.equal(command.summary, summary)
    assert.ok(command.description.length > 20 && command.examples.length > 0, `${name} explains itself`)
    for (const example of command.examples) assert.match(example, new RegExp(`fairlead ${name}`))
    for (const [flag, { help }] of Object.entries(command.flags)) assert.ok(help.length > 5, `${name} --${flag}`)
  }
})
