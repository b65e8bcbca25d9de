import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Sealed before, by what they were made of: a program is sealed once, and again where another one lies at its path. */
const sealed = new Map<string, string>()

/**
 * A path to start the program at `path` by. runc makes sure before each container, and each command in one, that nobody in
 * there can write its binary: it shows itself by a mount of its own or copies itself, and starts anew. It does not where
 * it is a sealed file in memory, which it is by the path that is given here, for as long as this process lives. What cannot
 * be sealed, and what is no binary, is started as it lies there.
 */
export const sealedProgram = async (path: string): Promise<string> => {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    const key = `${path} ${ino} ${mtimeMs} ${size}`
    const known = sealed.get(key) ?? (isBinary(path) ? await seal(path) : path)
    sealed.set(key, known)
    return known
  } catch {
    return path
  }
}

const seal = async (path: string): Promise<string> => {
  // Loaded on first use: it brings FFI into the process.
  const { openSealedCopy } = await import('#kernel/files/sealed-copy.ts')
  return `/proc/${process.pid}/fd/${openSealedCopy(path)}`
}

const MAGIC = Buffer.from('\x7fELF')

const isBinary = (path: string): boolean => {
  const descriptor = openSync(path, 'r')
  try {
    const found = Buffer.alloc(MAGIC.length)
    readSync(descriptor, found)
    return found.equals(MAGIC)
  } finally {
    closeSync(descriptor)
  }
}
