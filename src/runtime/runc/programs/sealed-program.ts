import { closeSync, openSync, readSync } from 'node:fs'
import { fileMark } from './file-mark.ts'

/** By what they are made of: a program is sealed once, and again where another one lies at its path. */
const sealed = new Map<string, Promise<string>>()

/**
 * A path to start the program at `path` by. runc makes sure before each container, and each command in one, that nobody in
 * there can write its binary: it shows itself by a mount of its own or copies itself, and starts anew. It does not where
 * it is a sealed file in memory, which it is by the path that is given here, for as long as this process lives. What cannot
 * be sealed, and what is no binary, is started as it lies there. Never rejects.
 */
export const sealedProgram = async (path: string): Promise<string> => {
  let key = ''
  try {
    key = fileMark(path)
    // Also for who comes while it is being sealed: a copy is as large as the program.
    const known = sealed.get(key) ?? seal(path)
    sealed.set(key, known)
    return await known
  } catch {
    // There may be room for it the next time.
    sealed.delete(key)
    return path
  }
}

const seal = async (path: string): Promise<string> => {
  if (!isBinary(path)) return path
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
