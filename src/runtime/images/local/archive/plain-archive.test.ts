import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { plainArchive } from './plain-archive.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-plain-'))
const bin = join(scratch, 'bin')
mkdirSync(bin)
const searched = process.env.PATH
process.env.PATH = `${bin}${delimiter}${searched}`
after(() => {
  process.env.PATH = searched
  rmSync(scratch, { recursive: true })
})
const archive = (octets: Uint8Array): string => {
  const path = join(mkdtempSync(join(scratch, 'a-')), 'archive')
  writeFileSync(path, octets)
  return path
}
const folder = (): string => mkdtempSync(join(scratch, 'f-'))
const program = (name: string, text: string): void => {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(bin, name), 0o755)
}
/** `shown` is the path itself. */
const unpacked = (path: string, draft: string, signal?: AbortSignal): Promise<string> =>
  plainArchive(path, { folder: draft, shown: path, signal })

const TEXT = 'what was packed '.repeat(10_000)
const BZIP2 = Buffer.from('BZh9 and more')
const XZ = Buffer.concat([Buffer.from('fd377a585a00', 'hex'), Buffer.from('more')])

test('an archive that is packed as a whole is unpacked beside it, by whatever it was packed with; others are as they are', async () => {
  for (const pack of [gzipSync, zstdCompressSync]) {
    const draft = folder()
    const plain = await unpacked(archive(pack(Buffer.from(TEXT))), draft)
    assert.equal(plain, join(draft, 'plain.tar'))
    assert.equal(readFileSync(plain, 'utf8'), TEXT)
    assert.equal(statSync(plain).mode & 0o777, 0o600)
  }
  for (const name of ['bzip2', 'xz']) program(name, `echo "${name} $1 $2"; cat "$3"`)
  for (const [octets, said] of [
    [BZIP2, 'bzip2'],
    [XZ, 'xz'],
  ] as const) {
    const plain = await unpacked(archive(octets), folder())
    assert.equal(readFileSync(plain).toString('latin1'), `${said} --decompress --stdout\n${octets.toString('latin1')}`)
  }
  for (const octets of [Buffer.alloc(0), Buffer.from('plain text'), Buffer.from('fd377a5859', 'hex')]) {
    const [path, draft] = [archive(octets), folder()]
    assert.equal(await unpacked(path, draft), path)
    assert.equal(existsSync(join(draft, 'plain.tar')), false)
  }
  assert.equal(await unpacked(scratch, folder()), scratch, 'whoever reads it says that it is a folder')
})

test('what cannot be unpacked is told with its name, and by what', async () => {
  const corrupt = (octets: Uint8Array, message: RegExp) =>
    assert.rejects(unpacked(archive(octets), folder()), { code: 'IMAGE_CORRUPT', message })
  await corrupt(gzipSync(TEXT).subarray(0, 50), /archive' cannot be unpacked by gzip: /)
  await corrupt(Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.alloc(50, 7)]), /cannot be unpacked by zstd: /)
  program('xz', 'echo "xz: it is broken" >&2; exit 1')
  await corrupt(XZ, /cannot be unpacked by xz: xz: it is broken/)
  program('xz', 'exit 3')
  await corrupt(XZ, /cannot be unpacked by xz: status 3/)
  await assert.rejects(unpacked(join(scratch, 'none'), folder()), {
    code: 'IMAGE_CORRUPT',
    message: /none' cannot be read: ENOENT/,
  })
})

test('who gives up hears their own reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  for (const octets of [gzipSync(TEXT), zstdCompressSync(Buffer.from(TEXT)), XZ])
    await assert.rejects(unpacked(archive(octets), folder(), signal), { message: 'enough' })
})
