import { createRequire } from 'node:module'
import type { LibraryHandle } from 'koffi'

import { KernelError } from './kernel-error.ts'

type Koffi = typeof import('koffi')
type LibcFunction = ReturnType<LibraryHandle['func']>

const require = createRequire(import.meta.url)
let loaded: { readonly koffi: Koffi; readonly process: LibraryHandle } | undefined
const functions = new Map<string, LibcFunction>()

function load(): { readonly koffi: Koffi; readonly process: LibraryHandle } {
  if (loaded === undefined) {
    const koffi = require('koffi') as Koffi
    // The process itself: Node.js is linked with its C library, whichever that is, so no file name is guessed.
    loaded = { koffi, process: koffi.load(null) }
  }
  return loaded
}

/** koffi, loaded once, on first use (19 ms): a process that never touches the kernel does not pay for it. */
export function koffi(): Koffi {
  return load().koffi
}

/**
 * A function of the C library by its C prototype, e.g. `int setns(int fd, int nstype)`. Calls are synchronous, on the
 * calling thread, about 1 µs. The errno of the last call is `errno()`.
 */
export function libc(prototype: string): LibcFunction {
  let found = functions.get(prototype)
  if (found === undefined) {
    found = load().process.func(prototype)
    functions.set(prototype, found)
  }
  return found
}

/** Positive errno of the last libc() call on this thread. Read it before anything else is called. */
export function errno(): number {
  return load().koffi.errno()
}

/** Calls `prototype` and throws KernelError `code` where it gives a negative number; else gives that number. */
export function call(
  code: string,
  operation: string,
  object: string | undefined,
  prototype: string,
  ...args: unknown[]
): number {
  const result = Number(libc(prototype)(...args))
  if (result < 0) throw new KernelError(code, { operation, errno: errno(), object })
  return result
}
