import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { bundleFiles } from './bundle-files.ts'
import { bundledPackages } from './bundled-packages.ts'

test('a bundle comes with what it names, and with what that names, and with no other', (t) => {
  const dist = mkdtempSync(join(tmpdir(), 'fairlead-bundles-'))
  t.after(() => rmSync(dist, { recursive: true }))
  const texts = {
    'node.mjs': 'import{a}from"./chunk-A1.mjs";const b=()=>import("./later-B2.mjs");new Worker(join(d,\'worker.mjs\'))',
    'chunk-A1.mjs': 'import"./chunk-C3.mjs";import"./node.mjs";import"node:fs"',
    'chunk-C3.mjs': 'open("none.json")',
    'later-B2.mjs': '',
    'worker.mjs': '',
    'main.mjs': '',
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dist, name), text)
  const files = ['chunk-A1.mjs', 'chunk-C3.mjs', 'later-B2.mjs', 'node.mjs', 'worker.mjs']
  assert.deepEqual(bundleFiles(dist, 'node.mjs'), files)
})

test('packages of development, and of other platforms, are in no bundle', () => {
  const packages = {
    '': {},
    'node_modules/ws': {},
    'node_modules/@a/b': {},
    'node_modules/esbuild': { dev: true },
    'node_modules/@koromix/koffi-win32-x64': { optional: true },
  }
  assert.deepEqual(bundledPackages(JSON.stringify({ packages })), ['ws', '@a/b'])
})
