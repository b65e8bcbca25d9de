import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { logFiles, openLog } from './log.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-log-'))
after(() => rmSync(folder, { recursive: true }))

test('a log past its limit becomes the older of two files, and whoever has it open writes on at the start of the new one', () => {
  const path = join(folder, 'bounded.log')
  const [older] = logFiles(path)
  const supervisor = openSync(path, 'a')
  const file = openSync(path, 'a')
  const log = openLog(path, 1000, (text) => writeSync(file, text))
  for (let i = 0; i < 200; i++) {
    log(`line ${i} ${'x'.repeat(50)}`)
    assert.ok(statSync(path).size <= 1000, `${statSync(path).size} octets`)
  }
  writeSync(supervisor, 'from the supervisor\n')
  assert.match(readFileSync(path, 'latin1'), /line 199 x{50}\nfrom the supervisor\n$/)
  const numbers = logFiles(path).flatMap((name) =>
    [...readFileSync(name, 'latin1').matchAll(/^\d{4}-\S+Z line (\d+) x{50}$/gm)].map(([, number]) => Number(number)),
  )
  // The newest lines, none missing between the files, and none but whole ones.
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => 200 - numbers.length + index),
  )
  assert.ok(statSync(older).size > 1000 && statSync(older).size < 1200)
  closeSync(supervisor)
  closeSync(file)
})

test('a log that is too long when its process starts, as after many crashes, is bounded before the first line', () => {
  const path = join(folder, 'crashes.log')
  writeFileSync(path, 'y'.repeat(2000))
  openLog(path, 1000, () => undefined)
  assert.equal(statSync(path).size, 0)
  assert.equal(statSync(logFiles(path)[0]).size, 2000)
})

test('a log whose folder is gone, or whose older file cannot be written, ends no process', () => {
  const path = join(folder, 'stuck.log')
  openLog(join(folder, 'none', 'gone.log'), 1, () => undefined)('a line')
  writeFileSync(path, 'z'.repeat(50))
  mkdirSync(logFiles(path)[0])
  openLog(path, 10, () => undefined)('a line')
  assert.equal(statSync(path).size, 0)
  assert.ok(existsSync(logFiles(path)[0]))
})

test('a process whose log has no room on the disk goes on', () => {
  const full = openSync('/dev/full', 'w')
  const program = `
    import { openLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}
    openLog('/dev/full')('a line')
    setTimeout(() => console.log('alive'), 10)`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', full],
    encoding: 'utf8',
  })
  closeSync(full)
  assert.equal(stdout, 'alive\n')
})
