import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One piece of text of a file below src/, and what stands there instead. It must stand there exactly once. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

const root = join(import.meta.dirname, '..', '..')
/** Rooms that defects are sown in, and those that must be copied with them to meet them. */
const COPIED = ['forwarding', 'dataplane', 'reconciler']

/** Makes in `copy` a tree like this one, with a defect in it, in which tests can be run. Gives its path. */
export function sow(copy: string, edits: readonly Edit[], copied: readonly string[] = COPIED): string {
  const texts = edited(edits)
  mkdirSync(join(copy, 'src'), { recursive: true })
  for (const room of readdirSync(join(root, 'src'))) {
    const from = join(root, 'src', room)
    if (copied.includes(room)) cpSync(from, join(copy, 'src', room), { recursive: true })
    else symlinkSync(from, join(copy, 'src', room))
  }
  for (const tests of ['contract', 'property'])
    cpSync(join(root, 'test', tests), join(copy, 'test', tests), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const [file, text] of texts) writeFileSync(join(copy, 'src', file), text)
  return copy
}

/** The files that edits change, as they leave them. */
export function edited(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { file, from, to } of edits) {
    const text = texts.get(file) ?? readFileSync(join(root, 'src', file), 'utf8')
    const fault = `${file} does not have exactly one ${JSON.stringify(from)}: write the defect anew`
    assert.equal(text.split(from).length, 2, fault)
    texts.set(
      file,
      text.replace(from, () => to),
    )
  }
  return texts
}
