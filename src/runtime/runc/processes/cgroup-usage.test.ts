import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { cgroupUsage } from './cgroup-usage.ts'

const root = mkdtempSync(join(tmpdir(), 'fairlead-cgroups-'))
after(() => rmSync(root, { recursive: true }))

const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  const path = join(root, folder, 'fairlead/c/node-1')
  mkdirSync(path, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
}

// A folder that is no mount looks like version 1: each controller has a folder of its own.
test('what a cgroup has used is read by the names of version 1', () => {
  write('cpu', { 'cpu.stat': 'nr_periods 0\nnr_throttled 0\nthrottled_time 0\n' })
  write('cpuacct', { 'cpuacct.usage': '1234567\n' })
  write('memory', {
    'memory.usage_in_bytes': '5000\n',
    'memory.stat': 'rss 1\ninactive_file 2\ntotal_rss 700\ntotal_inactive_file 2000\n',
  })
  assert.deepEqual(cgroupUsage('/fairlead/c/node-1', root), {
    cpuNanoseconds: 1_234_567,
    memoryBytes: 5000,
    workingSetBytes: 3000,
    rssBytes: 700,
  })
})

test('and by those of version 2', () => {
  const one = join(root, 'unified/fairlead/c/node-2')
  mkdirSync(one, { recursive: true })
  writeFileSync(join(one, 'cpu.stat'), 'usage_usec 77\nuser_usec 70\n')
  writeFileSync(join(one, 'memory.current'), '900\n')
  writeFileSync(join(one, 'memory.stat'), 'anon 300\nfile 500\ninactive_file 1000\n')
  assert.deepEqual(cgroupUsage('/fairlead/c/node-2', root), {
    cpuNanoseconds: 77_000,
    memoryBytes: 900,
    workingSetBytes: 0,
    rssBytes: 300,
  })
})

test('nothing is said of a cgroup that is not there, or of which something cannot be read', () => {
  assert.equal(cgroupUsage('/fairlead/c/none', root), undefined)
  mkdirSync(join(root, 'memory/fairlead/c/half'), { recursive: true })
  writeFileSync(join(root, 'memory/fairlead/c/half/memory.usage_in_bytes'), '1')
  assert.equal(cgroupUsage('/fairlead/c/half', root), undefined)
})
