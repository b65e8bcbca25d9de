import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { textRanges } from './program-text.ts'
import { releaseMemory } from './resident-memory.ts'

test('program text is what is executable, of a file, and not written to', () => {
  const maps = `00400000-00a00000 r--p 00000000 fe:00 1234  /usr/bin/node
00a00000-02000000 r-xp 00600000 fe:00 1234                /usr/bin/node
02000000-02100000 rw-p 01c00000 fe:00 1234                /usr/bin/node
7f0000000000-7f0000100000 r-xp 00000000 00:00 0
7f0000200000-7f0000300000 r-xp 00028000 fe:00 99          /usr/lib/libc.so.6
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0           [vdso]
`
  assert.deepEqual(textRanges(maps), [
    { at: 0xa00000n, length: 0x1600000 },
    { at: 0x7f0000200000n, length: 0x100000 },
  ])
})

test('what is given back is no longer resident, and the process goes on', () => {
  const residentFile = () => Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1])
  const before = residentFile()
  releaseMemory()
  const after = residentFile()
  assert.ok(after < before, `${before} kB before, ${after} kB after`)
  assert.equal(JSON.parse(JSON.stringify({ still: [1, 'here'] })).still[1], 'here')
})
