import type { Kind } from '#api/catalogue/kind.ts'
import type { ListMeta } from '#api/meta/list-meta.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { AGE, type Cell, type Column, NAME } from './column.ts'

/** `meta.k8s.io Table`, as JSON; Kubernetes has no protobuf form of it. */
interface Table {
  readonly kind: 'Table'
  readonly apiVersion: string
  readonly metadata: ListMeta
  /** null: left out. */
  readonly columnDefinitions: readonly TableColumn[] | null
  readonly rows: readonly TableRow[]
}

interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

interface TableRow {
  readonly cells: readonly Cell[]
  readonly object?: unknown
}

interface TableOptions {
  /** What each row carries of its object: `Metadata` (the default, a PartialObjectMetadata), `Object` or `None`. */
  readonly includeObject?: 'None' | 'Metadata' | 'Object'
  /** Of meta.k8s.io: v1, or v1beta1 for clients of long ago. */
  readonly version?: string
  /** Milliseconds since 1970, for ages. */
  readonly now: number
  /** The list's own metadata: resourceVersion, continue, remainingItemCount. */
  readonly metadata?: ListMeta
  /** False leaves the column definitions out, as a watch does after its first event. */
  readonly columns?: boolean
}

/** Name and age: what is printed of a kind that says nothing else. */
const PLAIN: readonly Column<ApiObject>[] = [NAME, AGE]

/** Prints objects of one kind as the table that `kubectl get` shows: all columns, also those of `-o wide`. */
export const toTable = (
  { columns: own = PLAIN }: Kind,
  objects: readonly ApiObject[],
  { includeObject = 'Metadata', now, version = 'v1', metadata = {}, columns = true }: TableOptions,
): Table => {
  const apiVersion = `meta.k8s.io/${version}`
  return {
    kind: 'Table',
    apiVersion,
    metadata,
    columnDefinitions: columns
      ? own.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }))
      : null,
    rows: objects.map((object) => {
      const cells = own.map(({ cell }) => cell(object, now))
      if (includeObject === 'None') return { cells }
      return { cells, object: includeObject === 'Object' ? object : partial(object, apiVersion) }
    }),
  }
}

/** An object's metadata and nothing else: what `as=PartialObjectMetadata` and table rows carry. */
const partial = (
  object: ApiObject,
  apiVersion: string,
): { readonly kind: string; readonly apiVersion: string; readonly metadata: ObjectMeta } => ({
  kind: 'PartialObjectMetadata',
  apiVersion,
  metadata: object.metadata ?? {},
})
