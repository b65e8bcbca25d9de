import { join } from 'node:path'
import type { SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

/** Where the texts stand while they are parsed: nothing of the disk is read. */
const TOP = '/tree'
const CONFIG = join(TOP, 'tsconfig.json')

/**
 * The syntax trees of TypeScript files, by the compiler's own parser.
 * @param texts by path
 */
export const parse = (texts: ReadonlyMap<string, string>): ReadonlyMap<string, SourceFile> => {
  const options = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true }
  const files: Record<string, string> = {
    [CONFIG]: JSON.stringify({ compilerOptions: options, files: [...texts.keys()] }),
  }
  for (const [path, text] of texts) files[join(TOP, path)] = text
  const compiler = new API({ cwd: TOP, fs: createVirtualFileSystem(files) })
  try {
    const { program } = compiler.updateSnapshot({ openProject: CONFIG }).getProjects()[0]!
    return new Map([...texts.keys()].map((path) => [path, program.getSourceFile(join(TOP, path))!]))
  } finally {
    compiler.close()
  }
}
