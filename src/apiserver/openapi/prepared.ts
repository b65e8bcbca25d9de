import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtInKinds } from '#api/kinds.ts'
import { type DocumentName, makeDocument, namesOf } from './documents.ts'

/** A server of another build, which runs yet, does not take these for its own. */
const fileOf = (folder: string, build: string, name: DocumentName): string =>
  join(folder, `openapi-${build}-${name.replaceAll(/[/ ]/g, '_')}`)

/** Writes each document of the built-in kinds into the folder that the bundle of this build is in. */
export const prepareDocuments = async (folder: string, build: string): Promise<void> => {
  for (const name of namesOf(builtInKinds))
    await writeFile(fileOf(folder, build, name), await makeDocument(name, builtInKinds))
}

/** A document of the built-in kinds, as the build has left it; undefined where nothing was built. */
export const preparedDocument = async (
  folder: string,
  build: string,
  name: DocumentName,
): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(fileOf(folder, build, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
