import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { CliError } from '../cli-error.ts'

/** What a kubeconfig needs to know of a cluster; certificates and key are PEM text. */
interface ClusterAccess {
  readonly server: string
  readonly certificateAuthority: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** A kubeconfig of nothing: what is made where there was no file, and what is taken away again when it is left so. */
export const EMPTY_KUBECONFIG =
  'apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\ncurrent-context: ""\npreferences: {}\n'
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

/** The name that a cluster goes by in a kubeconfig: of its cluster, user and context. */
export const contextName = (cluster: string): string => `fairlead-${cluster}`

const open = (text: string | undefined, path: string) => {
  const document = parseDocument(text === undefined || text.trim() === '' ? EMPTY_KUBECONFIG : text)
  const fault = document.errors[0]?.message ?? (isMap(document.contents) ? undefined : 'the top is not a mapping')
  if (fault !== undefined)
    throw new CliError('KUBECONFIG_MALFORMED', `${path} is not a kubeconfig: ${fault}`, {
      hint: 'mend it, or give another file with --kubeconfig',
    })
  return document
}
type Document = ReturnType<typeof open>

const entries = (document: Document, list: string): readonly YAMLMap[] => {
  const found = document.get(list)
  return isSeq(found) ? found.items.filter(isMap) : []
}

/** Sets the entry `name` of a list, in its place where it stands already; all others keep their text and comments. */
const put = (document: Document, list: string, name: string, value: Record<string, unknown>): void => {
  const found = document.get(list)
  const entry = document.createNode({ name, ...value })
  if (!isSeq(found)) {
    document.set(list, document.createNode([entry]))
    return
  }
  const at = found.items.findIndex((item) => isMap(item) && item.get('name') === name)
  found.flow = false
  if (at >= 0) found.items[at] = entry
  else found.items.push(entry)
}

const drop = (document: Document, list: string, name: string): void => {
  const found = document.get(list)
  if (isSeq(found)) found.items = found.items.filter((item) => !(isMap(item) && item.get('name') === name))
}

/**
 * The context that was current before ours, as ours keeps it: kubectl leaves extensions alone, and it stays with what
 * it belongs to.
 */
const formerOf = (entry: YAMLMap | undefined): string => {
  const former = entry?.getIn(['context', 'extensions', 0, 'extension', 'formerContext'])
  return typeof former === 'string' ? former : ''
}
const withFormer = (name: string, former: string) => ({
  context: {
    cluster: name,
    user: name,
    ...(former !== '' && { extensions: [{ name: 'fairlead', extension: { formerContext: former } }] }),
  },
})

/**
 * The kubeconfig `text` with the cluster in it as its current context, which keeps the name of the one that was current
 * before.
 */
export const addCluster = (text: string | undefined, cluster: string, access: ClusterAccess, path: string): string => {
  const document = open(text, path)
  const name = contextName(cluster)
  const current = document.get('current-context')
  const former =
    current === name
      ? formerOf(entries(document, 'contexts').find((entry) => entry.get('name') === name))
      : typeof current === 'string'
        ? current
        : ''
  put(document, 'clusters', name, {
    cluster: { 'certificate-authority-data': base64(access.certificateAuthority), server: access.server },
  })
  put(document, 'contexts', name, withFormer(name, former))
  put(document, 'users', name, {
    user: { 'client-certificate-data': base64(access.clientCertificate), 'client-key-data': base64(access.clientKey) },
  })
  document.set('current-context', name)
  return document.toString({ lineWidth: 0 })
}

/**
 * The kubeconfig without the cluster. Where its context is current, the one before it becomes so if it still exists;
 * where another cluster of ours was started from it, that one now leads back to the one before. Undefined: nothing of
 * it was there.
 */
export const removeCluster = (text: string | undefined, cluster: string, path: string): string | undefined => {
  if (text === undefined) return undefined
  const document = open(text, path)
  const name = contextName(cluster)
  const lists = ['clusters', 'contexts', 'users']
  const current = document.get('current-context')
  if (current !== name && !lists.some((list) => entries(document, list).some((entry) => entry.get('name') === name)))
    return undefined
  const former = formerOf(entries(document, 'contexts').find((entry) => entry.get('name') === name))
  for (const list of lists) drop(document, list, name)
  for (const entry of entries(document, 'contexts')) {
    const other = entry.get('name')
    if (typeof other === 'string' && other.startsWith(contextName('')) && formerOf(entry) === name)
      put(document, 'contexts', other, withFormer(other, former))
  }
  if (current === name)
    document.set(
      'current-context',
      entries(document, 'contexts').some((entry) => entry.get('name') === former) ? former : '',
    )
  return document.toString({ lineWidth: 0 })
}

/** A kubeconfig of this cluster alone, for `fairlead kubeconfig`. */
export const kubeconfigOf = (cluster: string, access: ClusterAccess): string =>
  addCluster(undefined, cluster, access, 'a new file')
