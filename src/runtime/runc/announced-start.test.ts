import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { announcedStart } from './announced-start.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-started-'))
after(() => rmSync(folder, { recursive: true }))
const never = new Promise<void>(() => undefined)
const LONG = 60_000
let counter = 0
const file = (text: string): string => {
  const path = join(folder, `${++counter}`)
  writeFileSync(path, text)
  return path
}

test('a program that has said already that it does its work is not waited for', async () => {
  await announcedStart(file('started'), never, LONG)
})

test('a program that has not said so yet is waited for until it does', async () => {
  const path = file('')
  let isOver = false
  const started = announcedStart(path, never, LONG).then(() => {
    isOver = true
  })
  await sleep(30)
  assert.equal(isOver, false)
  writeFileSync(path, 'started')
  await started
})

test('a file that goes while it is waited for ends the wait, and nothing else', async () => {
  const path = file('')
  const started = announcedStart(path, never, LONG)
  rmSync(path)
  await started
})

test('nobody waits for a program that has exited, that was removed, or that takes too long', async () => {
  await announcedStart(file(''), Promise.resolve(), LONG)
  await announcedStart(join(folder, 'none'), never, LONG)
  await announcedStart(file(''), never, 10)
})
