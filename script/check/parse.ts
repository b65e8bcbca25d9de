import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem, type FileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

const OPTIONS = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true }
const CONFIG = 'tsconfig.json'
/** Where texts stand that no folder has. */
const NOWHERE = '/tree'

/** The parser reads files by itself, which is quicker than to ask us for each. */
const parseIn = (top: string, paths: readonly string[], config: string, fs?: FileSystem): readonly SourceFile[] => {
  const compiler = new API({ cwd: top, ...(fs && { fs }) })
  try {
    const { program } = compiler.updateSnapshot({ openProject: config }).getProjects()[0]!
    return paths.map((path) => program.getSourceFile(join(top, path))!)
  } finally {
    compiler.close()
  }
}

/**
 * The syntax trees of TypeScript files, by the compiler's own parser.
 * @param texts by path
 * @param top the folder that they were read from, if they were
 */
export const parse = (texts: ReadonlyMap<string, string>, top?: string): ReadonlyMap<string, SourceFile> => {
  const paths = [...texts.keys()]
  const configOf = (folder: string): string =>
    JSON.stringify({ compilerOptions: OPTIONS, files: paths.map((path) => join(folder, path)) })
  const named = (files: readonly SourceFile[]) => new Map(paths.map((path, index) => [path, files[index]!]))
  if (top === undefined) {
    const config = join(NOWHERE, CONFIG)
    const files = Object.fromEntries([...texts].map(([path, text]) => [join(NOWHERE, path), text]))
    const fs = createVirtualFileSystem({ ...files, [config]: configOf(NOWHERE) })
    return named(parseIn(NOWHERE, paths, config, fs))
  }
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-check-'))
  try {
    writeFileSync(join(folder, CONFIG), configOf(top))
    return named(parseIn(top, paths, join(folder, CONFIG)))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
