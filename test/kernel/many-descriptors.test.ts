import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

/** In a process of its own: what this is about ends a process. */
const SCRIPT = `
import { openSync } from 'node:fs'
import { openNftables } from '#kernel/nftables/libnftables.ts'
// As agents do: each opens its own, and then a score of sockets.
const agents = Array.from({ length: 80 }, () => {
  const nftables = openNftables()
  for (let more = 0; more < 20; more++) openSync('/dev/null')
  return nftables
})
for (const one of [agents[0], agents[79]]) one.run('add table ip one { }\\n')
const tables = agents[79].read('list tables').trim()
const last = openSync('/dev/null')
for (let more = 0; more < 1100; more++) openSync('/dev/null')
agents[0].run('add table ip two { }\\n')
const left = Array.from({ length: 600 }, () => { try { openNftables(); return 'opened' } catch (error) { return error.code } })
console.log(JSON.stringify({ tables, isLate: last > 1100, opened: left.filter((one) => one === 'opened').length > 0, refused: left.at(-1) }))
`

test('libnftables works in a process of more than 1,024 descriptors, and where none is left for it that is said', () => {
  const answer = execFileSync('unshare', ['--net', process.execPath, '--input-type=module', '--eval', SCRIPT], {
    cwd: new URL('../..', import.meta.url).pathname,
    encoding: 'utf8',
  })
  assert.deepEqual(JSON.parse(answer.trim().split('\n').at(-1) ?? ''), {
    tables: 'table ip one',
    isLate: true,
    opened: true,
    refused: 'NFT_OPEN_FAILED',
  })
})
