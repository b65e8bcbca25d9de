import assert from 'node:assert/strict'
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { giveToGroup } from './volume-group.ts'

const ROOT = process.getuid?.() === 0

test('what is in a volume becomes its group’s to read and write, and what a link leads to does not', {
  skip: ROOT ? false : 'only root gives files away',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-group-'))
  const [volume, outside] = [join(folder, 'volume'), join(folder, 'outside')]
  mkdirSync(join(volume, 'sub'), { recursive: true })
  writeFileSync(outside, '', { mode: 0o600 })
  for (const name of ['file', 'sub/program']) writeFileSync(join(volume, name), '')
  chmodSync(join(volume, 'file'), 0o400)
  chmodSync(join(volume, 'sub/program'), 0o755)
  chmodSync(join(volume, 'sub'), 0o700)
  symlinkSync('../outside', join(volume, 'link'))
  const shown = (name: string): string => {
    const { mode, uid, gid } = lstatSync(join(folder, name))
    return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
  }
  const all = () => ['volume', 'volume/sub', 'volume/file', 'volume/sub/program', 'outside'].map(shown)
  await giveToGroup(volume, 4000)
  const given = ['2770 0:4000', '660 0:4000', '775 0:4000']
  const [top, sub, file, program, other] = all()
  assert.deepEqual([sub, file, program, other], [given[0], given[1], given[2], '600 0:0'])
  assert.match(top!, /^277\d 0:4000$/)
  assert.equal(lstatSync(join(volume, 'link')).gid, 4000)
  chownSync(join(volume, 'file'), 0, 5000)
  await giveToGroup(volume, 4000, 'OnRootMismatch')
  assert.equal(shown('volume/file'), '660 0:5000', 'the folder itself is right: nothing is looked at')
  await giveToGroup(volume, 4000, 'Always')
  assert.equal(shown('volume/file'), '660 0:4000')
  chownSync(volume, 0, 0)
  chownSync(join(volume, 'file'), 0, 5000)
  await giveToGroup(volume, 4000, 'OnRootMismatch')
  assert.equal(shown('volume/file'), '660 0:4000')
  rmSync(folder, { recursive: true })
})
