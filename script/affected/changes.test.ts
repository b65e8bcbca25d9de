import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { changesOf } from './changes.ts'

const clone = () => {
  const top = mkdtempSync(join(tmpdir(), 'fairlead-changes-'))
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', top, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
      stdio: 'ignore',
    })
  const write = (path: string, text: string) => writeFileSync(join(top, path), text)
  return { top, git, write, [Symbol.dispose]: () => rmSync(top, { recursive: true }) }
}

const skip = spawnSync('git', ['--version']).status === 0 ? false : 'git is not there'

test('what is to be committed has changed, also what is new, moved or gone; else what the last commit brought', {
  skip,
}, () => {
  using at = clone()
  assert.equal(changesOf(at.top), undefined, 'no clone')
  at.git('init', '-q')
  assert.equal(changesOf(at.top), undefined, 'no commit')
  mkdirSync(join(at.top, 'src'))
  for (const name of ['a', 'b', 'c', 'd']) at.write(`src/${name}.ts`, `export const ${name} = 1\n`)
  at.write('.gitignore', 'dist\n')
  at.git('add', '.')
  at.git('commit', '-qm', 'one')
  assert.equal(changesOf(at.top), undefined, 'nothing before it')
  at.write('src/a.ts', 'export const a = 2\n')
  at.git('commit', '-qam', 'two')
  assert.deepEqual(changesOf(at.top), { since: 'the commit before the last', paths: ['src/a.ts'] })
  at.write('dist', '')
  at.write('src/new.ts', '')
  assert.deepEqual(changesOf(at.top), { since: 'the last commit', paths: ['src/new.ts'] }, 'one that is new')
  at.write('src/b.ts', 'export const b = 2\n')
  assert.deepEqual(changesOf(at.top)?.paths, ['src/b.ts', 'src/new.ts'], 'and one that was there')
  at.git('mv', 'src/c.ts', 'src/ç.ts')
  at.git('rm', '-q', 'src/d.ts')
  const { since, paths } = changesOf(at.top)!
  assert.equal(since, 'the last commit')
  assert.deepEqual([...paths].sort(), ['src/b.ts', 'src/c.ts', 'src/d.ts', 'src/new.ts', 'src/ç.ts'])
})

test('where there is no git, nobody knows what has changed', () => {
  const path = process.env.PATH
  process.env.PATH = '/nowhere'
  try {
    assert.equal(changesOf(import.meta.dirname), undefined)
  } finally {
    process.env.PATH = path
  }
})
