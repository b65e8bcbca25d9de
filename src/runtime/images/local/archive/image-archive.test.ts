import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readArchive } from './image-archive.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-archive-'))
after(() => rmSync(scratch, { recursive: true }))
let made = 0
const archive = (files: Readonly<Record<string, unknown>>): string => {
  const folder = mkdtempSync(join(scratch, 'files-'))
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  const path = join(scratch, `${made++}.tar`)
  execFileSync('tar', ['-cf', path, '-C', folder, ...readdirSync(folder)])
  return path
}
const read = async (path: string) =>
  (await readArchive(path)).map(({ names, source }) => `${names.join(' ')} ${source('/a')}`)
const annotated = (name?: string, reference?: string) => ({
  annotations: {
    ...(name && { 'io.containerd.image.name': name }),
    ...(reference && { 'org.opencontainers.image.ref.name': reference }),
  },
})

test('docker save says what its images are called, each of which is found by its place', async () => {
  const list = [{ RepoTags: ['a:1', 'b:2'] }, { RepoTags: null }, {}]
  assert.deepEqual(await read(archive({ 'manifest.json': list, 'index.json': { manifests: [{}] } })), [
    'a:1 b:2 docker-archive:/a:@0',
    ' docker-archive:/a:@1',
    ' docker-archive:/a:@2',
  ])
})

test('the one image of an OCI layout needs no name, several are found by theirs, and a mere tag is none', async () => {
  const oci = (...manifests: readonly object[]) => read(archive({ 'index.json': { manifests } }))
  assert.deepEqual(await oci({}), [' oci-archive:/a'])
  assert.deepEqual(await oci(annotated(undefined, 'latest')), [' oci-archive:/a'])
  assert.deepEqual(await oci(annotated(undefined, 'h.io/app')), ['h.io/app oci-archive:/a'])
  assert.deepEqual(await oci(annotated('app:1', '1'), annotated(undefined, 'web:2')), [
    'app:1 oci-archive:/a:1',
    'web:2 oci-archive:/a:web:2',
  ])
  await assert.rejects(oci(annotated('app:1', '1'), {}), {
    code: 'IMAGE_CORRUPT',
    message: /it holds 2 images, and one has no name/,
  })
})

test('what is no archive of images is refused by what people call it, with what is wrong in it', async () => {
  const text = join(scratch, 'text')
  writeFileSync(text, 'no archive, however long it may be\n'.repeat(100))
  const empty = join(scratch, 'empty')
  writeFileSync(empty, '')
  const cases: readonly (readonly [path: string, why: RegExp])[] = [
    [archive({ other: 'x' }), /'shown' is no archive of images: it has neither manifest\.json .* nor index\.json/],
    [archive({ 'manifest.json': '[' }), /its manifest\.json is no JSON/],
    [archive({ 'manifest.json': [] }), /its manifest\.json names no image/],
    [archive({ 'manifest.json': {} }), /its manifest\.json names no image/],
    [archive({ 'index.json': {} }), /its index\.json names no image/],
    [archive({ 'index.json': { manifests: [] } }), /its index\.json names no image/],
    [archive({ 'index.json': 'null' }), /its index\.json is no JSON/],
    [archive({ 'index.json': 'x'.repeat((4 << 20) + 1) }), /its index\.json is too large/],
    [text, /does not look like a tar archive/],
    [empty, /'shown' is no archive of images: it is empty/],
    [join(scratch, 'none'), /Cannot open: No such file/],
  ]
  for (const [path, message] of cases)
    await assert.rejects(readArchive(path, 'shown'), { code: 'IMAGE_CORRUPT', message }, String(message))
  await assert.rejects(readArchive(text), { message: new RegExp(`'${text}' is no archive`) })
})

test('a machine without tar is told what is missing', async () => {
  const path = process.env.PATH
  process.env.PATH = scratch
  try {
    await assert.rejects(readArchive('x'), { code: 'RUNTIME_PROGRAM_MISSING', message: /'tar' is missing/ })
  } finally {
    process.env.PATH = path
  }
})
