import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import { timeText } from '#api/time-text.ts'
import { BUILD } from '#apiserver/openapi/build.ts'
import { ownDefinitions } from './own-definitions.ts'

/** In the place of the moment at which a cluster's own definitions are made; none of their texts has it. */
const THEN = Date.UTC(2000, 0, 1)

/** A process of another build, which runs yet, does not take it for its own. */
const fileOf = (folder: string, build: string): string => join(folder, `definitions-${build}.json`)

/** Writes the definitions of every cluster into the folder that the bundle of this build is in, for all starts. */
export const prepareDefinitions = async (folder: string, build: string): Promise<void> => {
  await writeFile(fileOf(folder, build), JSON.stringify(await ownDefinitions(THEN)))
}

/** Those of these names, as they are once they are served: as the build has left them, or made now. */
export const definitionsNamed = async (
  names: readonly string[],
  now: number,
): Promise<readonly CustomResourceDefinition[]> => {
  const all = (await prepared(now)) ?? (await ownDefinitions(now))
  return all.filter(({ metadata }) => names.includes(metadata!.name!))
}

const prepared = async (now: number): Promise<readonly CustomResourceDefinition[] | undefined> => {
  try {
    const text = await readFile(fileOf(import.meta.dirname, BUILD), 'utf8')
    return JSON.parse(text.replaceAll(`:"${timeText(THEN)}"`, `:"${timeText(now)}"`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
