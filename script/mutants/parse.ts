import { join } from 'node:path'
import type { SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

const OPTIONS = { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true }
/** Where the texts stand: no folder has them. */
const NOWHERE = '/tree'
const CONFIG = join(NOWHERE, 'tsconfig.json')

/**
 * The syntax trees of TypeScript files, by the compiler's own parser: each token has its node.
 * @param texts by path
 */
export const parse = (texts: ReadonlyMap<string, string>): ReadonlyMap<string, SourceFile> => {
  const files = Object.fromEntries([...texts].map(([path, text]) => [join(NOWHERE, path), text]))
  const config = JSON.stringify({ compilerOptions: OPTIONS, files: Object.keys(files) })
  const compiler = new API({ cwd: NOWHERE, fs: createVirtualFileSystem({ ...files, [CONFIG]: config }) })
  try {
    const { program } = compiler.updateSnapshot({ openProject: CONFIG }).getProjects()[0]!
    return new Map([...texts.keys()].map((path) => [path, program.getSourceFile(join(NOWHERE, path))!]))
  } finally {
    compiler.close()
  }
}
