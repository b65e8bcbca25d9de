import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { findProgram, isProgram } from './program.ts'

/** The program itself, by hand: what it said, and its status. */
const echo = (...words: readonly string[]) =>
  new Promise<readonly [unknown, string, string]>((done) => {
    const flags = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts')]
    execFile(process.execPath, [...flags, ...words], (error, ...said) => done([error?.code ?? 0, ...said]))
  })

test('what may not be run, a folder, and nothing at all are no programs', () => {
  assert.equal(isProgram(process.execPath), true)
  for (const path of [import.meta.filename, '/', '/not/there', '/dev/null']) assert.equal(isProgram(path), false, path)
})

test('a program is found along PATH, and by its path', () => {
  const [folder, name] = [dirname(process.execPath), basename(process.execPath)]
  assert.equal(findProgram(name, `/not/there:${folder}`), process.execPath)
  assert.equal(findProgram(name, '/not/there'), undefined)
  assert.equal(findProgram(process.execPath, ''), process.execPath)
  assert.equal(findProgram('not-there'), undefined)
})

test('a first word that is a program is run in the place of echo, with its words, its environment and its signals', async () => {
  assert.deepEqual(await echo('sh', '-c', 'echo "$0" "$1" "$PATH"; exit 7', 'a', 'b c'), [
    7,
    `a b c ${process.env.PATH}\n`,
    '',
  ])
  // A program that writes to nobody is ended by a signal, as everywhere, and does not complain.
  assert.deepEqual(await echo('/bin/sh', '-c', 'yes | head -n 1'), [0, 'y\n', ''])
})

test('a first word that is neither a verb nor a program is refused with what is known', async () => {
  const [status, , err] = await echo('no-such-verb')
  assert.equal(status, 2)
  assert.match(err, /^echo: unknown verb no-such-verb: known are netexec, .*; and no program of that name is in /)
  assert.match((await echo('/not/there'))[2], /^echo: unknown verb \/not\/there: .*no program is at that path/)
})
