import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ARCHITECTURES } from './architecture.ts'
import { linkedLibraries, placeInImage } from './libraries.ts'

const own = ARCHITECTURES.find(({ npm }) => npm === arch())
const skip = own === undefined && `no image is made for ${arch()}`

test('libraries are found with those that they need themselves, and the loader', { skip }, () => {
  const found = linkedLibraries([process.execPath], '/', own!)
  assert.ok([...found.keys()].some((name) => name.startsWith('ld-linux-')))
  for (const name of ['libc.so.6', 'libstdc++.so.6']) assert.ok(existsSync(found.get(name)!), name)
  assert.equal(placeInImage(found.get('libc.so.6')!, '/'), `usr/lib/${own!.triplet}/libc.so.6`)
})

test('a library that is missing, and a program of another machine, are told by name', { skip }, (t) => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-libraries-'))
  t.after(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'lib'))
  copyFileSync('/bin/tar', join(root, 'tar'))
  assert.throws(() => linkedLibraries([join(root, 'tar')], root, own!), /tar needs \S+, which is not there/)
  const other = ARCHITECTURES.find((one) => one !== own)!
  assert.throws(() => linkedLibraries([join(root, 'tar')], root, other), new RegExp(`no program of ${other.name}`))
})
