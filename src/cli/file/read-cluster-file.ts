import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { readFaultWords } from '#cluster/state/state-fault.ts'
import { CliError } from '../cli-error.ts'
import { type ClusterFile, parseClusterFile } from './cluster-file.ts'
import { yamlFault } from './yaml-fault.ts'

/** Octets of a file that says what a cluster is. */
const LIMIT = 1 << 20

/** A file, and the folder that paths in it are relative to. */
export interface FoundClusterFile extends ClusterFile {
  readonly folder: string
  /** As people call it. */
  readonly file: string
}

/**
 * Reads the file of a cluster, `-` being the standard input, whose paths are relative to where we are. Throws CliError
 * CONFIG_UNREADABLE, CONFIG_INVALID.
 */
export const readClusterFile = async (path: string): Promise<FoundClusterFile> => {
  const name = path === '-' ? 'standard input' : path
  const written = path === '-' ? await readInput() : readText(path)
  if (Buffer.byteLength(written) > LIMIT)
    throw new CliError('CONFIG_INVALID', `${name}: it has more than ${LIMIT >> 20} MiB`)
  const documents = parseAllDocuments(written, { prettyErrors: true })
  const [document, second] = Array.isArray(documents) ? documents : []
  if (document === undefined) throw new CliError('CONFIG_INVALID', `${name}: it is empty`)
  if (second !== undefined) throw new CliError('CONFIG_INVALID', `${name}: there is more than one document`)
  const [error] = document.errors
  if (error !== undefined) throw new CliError('CONFIG_INVALID', `${name}: ${yamlFault(error)}`)
  const folder = path === '-' ? process.cwd() : dirname(resolve(path))
  return { ...parseClusterFile(contentOf(document, name), name), folder, file: name }
}

/** As far as it may be read at all. */
const readInput = async (): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LIMIT) break
  }
  return Buffer.concat(chunks).toString()
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CliError(
      'CONFIG_UNREADABLE',
      `${path} cannot be read: ${readFaultWords(error) ?? (error as Error).message}`,
      {
        hint: 'name the file of a cluster with -f, or - for the standard input',
        cause: error,
      },
    )
  }
}

/** Aliases that would make it endless are refused by the library. */
const contentOf = (document: { toJS(): unknown }, name: string): unknown => {
  try {
    return document.toJS()
  } catch (cause) {
    throw new CliError('CONFIG_INVALID', `${name}: ${(cause as Error).message}`, { cause })
  }
}
