import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Export, exportsOf } from './syntax/exports-of.ts'
import { type Import, importsOf } from './syntax/imports-of.ts'
import { parse, type Syntax } from './syntax/parse.ts'

/** A file of TypeScript. */
export interface Unit {
  /** From the top of the tree, as all paths here. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  readonly exports: readonly Export[]
  readonly syntax: Syntax
}

/** What the checks look at: every file of the project that a person writes, and what its TypeScript says. */
export interface Tree {
  /** All that is text, by path: code, documents, scripts, JSON. */
  readonly texts: ReadonlyMap<string, string>
  /** The TypeScript among it, by path. */
  readonly units: ReadonlyMap<string, Unit>
}

/**
 * A tree of files that are given as text, by path.
 * @throws Error, which names the file, where one of TypeScript is none
 */
export const treeOf = (files: Readonly<Record<string, string>>): Tree => {
  const texts = new Map(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
  const units = new Map<string, Unit>()
  for (const [path, text] of texts) {
    if (!path.endsWith('.ts')) continue
    const syntax = parse(path, text)
    units.set(path, { path, text, imports: importsOf(path, text, syntax), exports: exportsOf(syntax), syntax })
  }
  return { texts, units }
}

/** Folders of what was made, brought or recorded. */
const FOREIGN = /(?:^|\/)(?:node_modules|dist|\.git|\.node|\.debian|fixtures)$/

/** The project's own tree. */
export const readTree = (top: string): Tree => {
  const texts: Record<string, string> = {}
  const read = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !FOREIGN.test(path)) read(path)
      else if (entry.isFile()) texts[relative(top, path)] = readFileSync(path, 'utf8')
    }
  }
  read(top)
  return treeOf(texts)
}

/** A test, or what tests alone use: the folders test/ and testing/. */
export const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || path.startsWith('test/') || path.includes('/testing/')

/** `net` of `src/net/ip-address.ts`; undefined outside src/. */
export const roomOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1]

/** The line of a place in a file, counted from 1. */
export const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length
