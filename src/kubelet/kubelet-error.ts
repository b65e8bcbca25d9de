import { dialWords } from '#net/dial-words.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'

type KubeletErrorCode =
  | 'POD_NOT_FOUND'
  | 'CONTAINER_UNKNOWN'
  | 'CONTAINER_WAITING'
  | 'CONTAINER_NOT_RUNNING'
  | 'PREVIOUS_NOT_FOUND'
  | 'FIELD_UNSUPPORTED'
  | 'REFERENCE_NOT_FOUND'
  | 'REFERENCE_INVALID'
  | 'VOLUME_INVALID'
  | 'RUNTIME_UNKNOWN'
  | 'SECURITY_REFUSED'
  | 'HOOK_FAILED'

/** What the kubelet could not do, by a code to branch on; the message names object, field and way out. */
export class KubeletError extends Error {
  readonly code: KubeletErrorCode
  constructor(code: KubeletErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'KubeletError'
    this.code = code
  }
}

/** The `code` of any error of ours or of Node's; undefined where it has none. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined

/** What an error says, for people: of a connection in the words that Kubernetes' own kubelet has for it. */
export const errorText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof RuntimeError) return `${error.code}: ${error.words}`
  return dialWords(error) ?? CUT_OFF.get(error.message) ?? error.message
}

/** How Node.js says that the other end has closed the connection, and how Go does. */
const CUT_OFF: ReadonlyMap<string, string> = new Map([
  ['socket hang up', 'EOF'],
  ['read ECONNRESET', 'read: connection reset by peer'],
])

/** Why a command could not be run in a container, in containerd's words; undefined for any other error. */
export const execFailure = (error: unknown): string | undefined =>
  error instanceof RuntimeError && error.code === 'CONTAINER_EXEC_FAILED' ? error.words : undefined

/** Why a container's program could not be started, in runc's words as others pass them on; undefined for any other error. */
export const runFailure = (error: unknown): string | undefined =>
  error instanceof RuntimeError && error.code === 'CONTAINER_CANNOT_RUN'
    ? `OCI runtime create failed: ${error.words.replace(/^container '[^']*':? /, '')}: unknown`
    : undefined
