import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

/** In a process of its own: what this is about ends a process. */
const SCRIPT = `
import { closeSync, openSync } from 'node:fs'
import { openNftables } from '#kernel/nftables/libnftables.ts'
const early = openNftables()
const many = Array.from({ length: 1100 }, () => openSync('/dev/null'))
const late = Array.from({ length: 10 }, () => openNftables())
for (const [index, one] of late.entries()) one.run(\`table ip t\${index} {}\\n\`)
early.run('table ip early {}\\n')
const tables = early.read('list tables').trim().split('\\n').length
const left = Array.from({ length: 300 }, () => { try { openNftables(); return 'opened' } catch (error) { return error.code } })
console.log(JSON.stringify({ tables, opened: left.filter((one) => one === 'opened').length > 0, refused: left.at(-1) }))
`

test('libnftables works in a process of more than 1,024 descriptors, and where none is left for it that is said', () => {
  const answer = execFileSync('unshare', ['--net', process.execPath, '--input-type=module', '--eval', SCRIPT], {
    cwd: new URL('../..', import.meta.url).pathname,
    encoding: 'utf8',
  })
  assert.deepEqual(JSON.parse(answer.trim().split('\n').at(-1) ?? ''), {
    tables: 11,
    opened: true,
    refused: 'NFT_OPEN_FAILED',
  })
})
