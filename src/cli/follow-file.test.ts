import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { followFile } from './follow-file.ts'

test('followFile() gives whole lines that come after, goes on where the file is emptied, and ends with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-follow-'))
  const path = join(folder, 'log')
  const seen: string[] = []
  const has = async (...lines: readonly string[]): Promise<void> => {
    for (const until = Date.now() + 10_000; Date.now() < until && seen.length < lines.length; ) await sleep(5)
    assert.deepEqual(seen, lines)
  }
  try {
    writeFileSync(path, 'old\n')
    const followed = followFile(path, 4, (line) => seen.push(line), new AbortController().signal)
    appendFileSync(path, 'one\ntwo \u20ac')
    await has('one')
    appendFileSync(path, ' end\n')
    await has('one', 'two \u20ac end')
    appendFileSync(path, 'half a line')
    await sleep(300)
    truncateSync(path)
    await sleep(300)
    appendFileSync(path, 'anew\n')
    await has('one', 'two \u20ac end', 'anew')
    rmSync(path)
    await followed
    const stop = new AbortController()
    writeFileSync(path, '')
    const stopped = followFile(path, 0, (line) => seen.push(line), stop.signal)
    stop.abort()
    await stopped
    assert.ok(!openFiles().includes(path), 'the file is held open no longer than it is read')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

const openFiles = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return []
    }
  })
