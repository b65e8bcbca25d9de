import type { ElementChange } from '#net/element-change.ts'
import { KernelError } from '../kernel-error.ts'
import { koffi } from '../libc.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import type { DumpedElement } from './element-dump.ts'
import { ElementSocket } from './element-socket.ts'
import { nextDescriptor, withLowDescriptor } from './low-descriptors.ts'

type Library = ReturnType<ReturnType<typeof koffi>['load']>
type Call = ReturnType<Library['func']>

/** nftables of one network namespace. */
export interface Nftables {
  /**
   * Runs commands as one transaction: all or nothing. Throws KernelError NFT_APPLY_FAILED with nft's own words;
   * NFT_ANSWER_LOST: it may have been done.
   */
  run(text: string): void
  /** Runs commands that print, `list table ip fairlead`; gives what they print. Throws as run(). */
  read(text: string): string
  /** Writes elements as one transaction, by netlink messages of our own. Throws as run(), with the kernel's errno. */
  apply(changes: readonly ElementChange[]): void
  /**
   * Tells `visit` all elements of a set, raw: 1 µs each, where nft's listing takes 10 and a kilobyte. Throws as
   * apply(); ENOENT: there is no such set.
   */
  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void
  /**
   * Tells `visit` all rules of a table, in order within their chains: the expressions in the kernel's own bytes, which
   * are the same for the same rules of one kernel. No such table: no rule.
   */
  rules(family: 'ip' | 'ip6', table: string, visit: (chain: string, expressions: Uint8Array) => void): void
  /**
   * Tells `visit` what lets packets meet a table: its flags (no chain), and of each base chain type, hook, priority and
   * policy, in the kernel's own bytes. No such table: nothing.
   */
  hooks(family: 'ip' | 'ip6', table: string, visit: (chain: string | undefined, settings: Uint8Array) => void): void
  /** The number of the namespace's ruleset, to which each transaction of anybody adds one: 10 µs. */
  generation(): number
  close(): void
}

const LIBRARY = 'libnftables.so.1'

interface Functions {
  readonly create: Call
  readonly free: Call
  readonly run: Call
  readonly bufferOutput: Call
  readonly bufferError: Call
  readonly output: Call
  readonly error: Call
}

let functions: Functions | undefined

function library(): Functions {
  if (functions === undefined) {
    let loaded: Library
    try {
      loaded = koffi().load(LIBRARY)
    } catch (cause) {
      throw new KernelError('NFT_LIBRARY_MISSING', {
        operation: 'dlopen',
        object: LIBRARY,
        message: 'install nftables (Debian: apt-get install libnftables1)',
        cause,
      })
    }
    functions = {
      create: loaded.func('void *nft_ctx_new(uint32_t flags)'),
      free: loaded.func('void nft_ctx_free(void *ctx)'),
      run: loaded.func('int nft_run_cmd_from_buffer(void *ctx, const char *text)'),
      bufferOutput: loaded.func('int nft_ctx_buffer_output(void *ctx)'),
      bufferError: loaded.func('int nft_ctx_buffer_error(void *ctx)'),
      output: loaded.func('const char *nft_ctx_get_output_buffer(void *ctx)'),
      error: loaded.func('const char *nft_ctx_get_error_buffer(void *ctx)'),
    }
  }
  return functions
}

/**
 * nftables of the namespace at `path`, or of the present one, by libnftables in this process: no fork, about 0.2 ms a
 * change. Throws KernelError NFT_LIBRARY_MISSING, NFT_OPEN_FAILED, NAMESPACE_UNKNOWN.
 */
export function openNftables(path?: string): Nftables {
  return new Libnftables(path)
}

class Libnftables implements Nftables {
  readonly #path: string | undefined
  #context: unknown
  /** The context keeps its socket, as 1.0.6 does: no command opens another. */
  #keepsSocket = false
  #elements: ElementSocket | undefined

  constructor(path: string | undefined) {
    this.#path = path
    this.#context = this.#inside(() => {
      const before = nextDescriptor()
      const context: unknown = library().create(0)
      this.#keepsSocket = nextDescriptor() !== before
      return context
    })
    if (!this.#context) throw new KernelError('NFT_OPEN_FAILED', { operation: 'nft_ctx_new', object: path })
    library().bufferOutput(this.#context)
    library().bufferError(this.#context)
  }

  run(text: string): void {
    this.read(text)
  }

  read(text: string): string {
    const { run, output, error } = library()
    if (this.#context === undefined)
      throw new KernelError('NFT_APPLY_FAILED', {
        operation: 'nft_run_cmd',
        object: this.#path,
        message: 'it is closed',
      })
    const status = Number(this.#inside(() => run(this.#context, text)))
    const printed = String(output(this.#context) ?? '')
    const said = String(error(this.#context) ?? '')
    if (status !== 0)
      // What nft complains of was not done; without a complaint nobody knows.
      throw new KernelError(said.includes('Error: ') ? 'NFT_APPLY_FAILED' : 'NFT_ANSWER_LOST', {
        operation: 'nft_run_cmd',
        object: this.#path,
        message: shorten(said),
      })
    return printed
  }

  apply(changes: readonly ElementChange[]): void {
    this.#socket().apply(changes)
  }

  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void {
    this.#socket().dump(family, table, set, visit)
  }

  rules(family: 'ip' | 'ip6', table: string, visit: (chain: string, expressions: Uint8Array) => void): void {
    this.#socket().rules(family, table, visit)
  }

  hooks(family: 'ip' | 'ip6', table: string, visit: (chain: string | undefined, settings: Uint8Array) => void): void {
    this.#socket().hooks(family, table, visit)
  }

  generation(): number {
    return this.#socket().generation()
  }

  #socket(): ElementSocket {
    this.#elements ??= new ElementSocket(this.#path)
    return this.#elements
  }

  close(): void {
    if (this.#context === undefined) return
    this.#elements?.close()
    this.#elements = undefined
    library().free(this.#context)
    this.#context = undefined
  }

  /** Releases differ in when they open their socket, with the context or with each command: both are done inside. */
  #inside<T>(fn: () => T): T {
    const open = () => (this.#keepsSocket ? fn() : withLowDescriptor(fn))
    return this.#path === undefined ? open() : (withNamespace(this.#path, open as () => never) as T)
  }
}

/** The first complaint and its place; a transaction of thousands of lines is quoted back line by line. */
function shorten(text: string): string {
  const lines = text.trim().split('\n')
  return lines.length === 0
    ? 'refused without a word'
    : lines
        .slice(0, 3)
        .map((line) => line.slice(0, 300))
        .join(' | ')
}
