import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '#client/apply/applier.ts'
import { readFaultWords } from '#cluster/state/state-fault.ts'
import { CliError } from '../cli-error.ts'
import type { FoundClusterFile } from './read-cluster-file.ts'
import { yamlFault } from './yaml-fault.ts'

/** An object of a manifest, and where it stands. */
export interface FoundManifest {
  readonly object: Manifest
  /** `app.yaml, document 2`. */
  readonly at: string
}

/** Those that others need are applied first, in the order in which they are found. */
const FIRST: readonly string[] = ['CustomResourceDefinition', 'Namespace']

const invalid = (at: string, what: string): CliError =>
  new CliError('MANIFEST_INVALID', `manifests: ${at}: ${what}`, {
    hint: 'kubectl apply --dry-run=client -f FILE tells the same',
  })

/**
 * All objects of files and folders that the file of a cluster names, whose paths are relative to its folder: of a folder its .yaml, .yml and .json files by
 * name, as kubectl takes them. Throws CliError MANIFEST_INVALID, MANIFEST_UNREADABLE.
 */
export const readManifests = (
  paths: readonly string[],
  { folder, file: from }: Pick<FoundClusterFile, 'folder' | 'file'>,
): readonly FoundManifest[] => {
  if (paths.length === 0) return []
  const found = paths.flatMap((path) =>
    filesOf(resolve(folder, path), path, from).flatMap(({ file, shown }): readonly FoundManifest[] => {
      const documents = parseAllDocuments(read(file, shown, from))
      if (!Array.isArray(documents)) return []
      return documents.flatMap((document, index): readonly FoundManifest[] => {
        const at = documents.length > 1 ? `${shown}, document ${index + 1}` : shown
        const [error] = document.errors
        if (error !== undefined) throw invalid(at, yamlFault(error))
        return objectsOf(document.toJS(), at)
      })
    }),
  )
  const rank = ({ object }: FoundManifest): number => [...FIRST, object.kind].indexOf(object.kind)
  return found.toSorted((one, other) => rank(one) - rank(other))
}

const unreadable = (file: string, shown: string, cause: unknown): CliError =>
  new CliError(
    'MANIFEST_UNREADABLE',
    `${file}: manifests: ${shown} cannot be read: ${readFaultWords(cause) ?? (cause as Error).message}`,
    {
      hint: 'paths are relative to the file that names them',
      cause,
    },
  )

const filesOf = (
  path: string,
  shown: string,
  from: string,
): readonly { readonly file: string; readonly shown: string }[] => {
  try {
    if (!statSync(path).isDirectory()) return [{ file: path, shown }]
    return readdirSync(path)
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .sort()
      .map((name) => ({ file: join(path, name), shown: join(shown, name) }))
  } catch (cause) {
    throw unreadable(from, shown, cause)
  }
}

const read = (file: string, shown: string, from: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(from, shown, cause)
  }
}

/** A document is an object, a list of them, or nothing. */
const objectsOf = (value: unknown, at: string): readonly FoundManifest[] => {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(at, 'it is no object')
  const { kind, apiVersion, metadata, items } = value as Partial<Manifest> & { readonly items?: unknown }
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items))
    return items.flatMap((item, index) => objectsOf(item, `${at}, item ${index + 1}`))
  for (const [field, one] of Object.entries({ apiVersion, kind, 'metadata.name': metadata?.name }))
    if (typeof one !== 'string' || one === '') throw invalid(at, `${field} is missing`)
  return [{ object: value as Manifest, at }]
}
