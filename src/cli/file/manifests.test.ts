import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readManifests } from './manifests.ts'
import { withFile } from './with-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-manifests-'))
after(() => rmSync(folder, { recursive: true }))
const from = { folder, file: 'c.yaml' }
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}
const object = (kind: string, name: string): string => `{apiVersion: v1, kind: ${kind}, metadata: {name: ${name}}}\n`

test('files and folders are read by name, lists taken apart, and what others need comes first', () => {
  mkdirSync(join(folder, 'all'))
  write('all/b.yaml', `${object('ConfigMap', 'b1')}---\n---\n${object('Namespace', 'b2')}`)
  write(
    'all/a.json',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }],
    }),
  )
  write('all/notes.txt', 'no manifest')
  write('last.yaml', object('CustomResourceDefinition', 'crd'))
  const found = readManifests(['all', 'last.yaml'], from)
  assert.deepEqual(
    found.map(({ object: one, at }) => [one.metadata.name, at]),
    [
      ['crd', 'last.yaml'],
      ['b2', 'all/b.yaml, document 3'],
      ['a', 'all/a.json, item 1'],
      ['b1', 'all/b.yaml, document 1'],
    ],
  )
  assert.deepEqual(readManifests([], from), [])
})

test('what cannot be read, and what is no manifest, is named with its place', () => {
  assert.throws(() => readManifests(['nowhere.yaml'], from), {
    code: 'MANIFEST_UNREADABLE',
    message: /^c\.yaml: manifests: nowhere\.yaml cannot be read: /,
  })
  for (const [text, message] of [
    ['a: b: c', /^manifests: bad\.yaml: .*at line 1, column \d+$/],
    ['just words', /^manifests: bad\.yaml: it is no object$/],
    ['[1]', /it is no object/],
    ['{apiVersion: v1, kind: Pod}', /^manifests: bad\.yaml: metadata\.name is missing$/],
    [
      `${object('Pod', 'a')}---\n{kind: Pod, metadata: {name: a}}`,
      /^manifests: bad\.yaml, document 2: apiVersion is missing$/,
    ],
    [
      '{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}]}',
      /item 1: metadata\.name is missing/,
    ],
  ] as const)
    assert.throws(() => readManifests([write('bad.yaml', text)], from), { code: 'MANIFEST_INVALID', message }, text)
})

test('what is said on the command line counts over the file, and the file over what is said by nobody', () => {
  const said = {
    flags: { name: 'fairlead', nodes: '5', 'load-balancer': 'pool', kubeconfig: undefined },
    switches: { egress: true, audit: false, ephemeral: false },
    given: new Set(['nodes', 'egress']),
  }
  assert.deepEqual(withFile(said, undefined), {
    flags: said.flags,
    switches: said.switches,
    asked: { nodes: '5', egress: 'true' },
  })
  const file = {
    flags: { name: 'ci', nodes: '2', kubeconfig: 'k/config' },
    switches: { egress: false, audit: true },
    manifests: [],
    images: [],
    folder: '/somewhere',
    file: 'c.yaml',
  }
  assert.deepEqual(withFile(said, file), {
    flags: { name: 'ci', nodes: '5', 'load-balancer': 'pool', kubeconfig: '/somewhere/k/config' },
    switches: { egress: true, audit: true, ephemeral: false },
    asked: { nodes: '5', egress: 'true', name: 'ci', kubeconfig: '/somewhere/k/config', audit: 'true' },
  })
})
