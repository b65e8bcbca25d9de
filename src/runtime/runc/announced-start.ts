import { readFileSync, watch } from 'node:fs'

/**
 * Resolves when the program of a container has written to its started file, when it has exited, or after `mostMs`: a
 * program that is slow is no failure of the runtime. Never rejects.
 */
export async function announcedStart(path: string, exited: Promise<void>, mostMs: number): Promise<void> {
  const ending = new AbortController()
  const written = new Promise<void>((resolve) => {
    const look = (): void => {
      try {
        if (readFileSync(path, 'utf8') !== '') resolve()
      } catch {
        // The container has been removed meanwhile.
        resolve()
      }
    }
    try {
      const watcher = watch(path, { signal: ending.signal }, look)
      watcher.on('error', () => resolve())
    } catch {
      // So look() says.
    }
    // It may have written before it was watched.
    look()
  })
  const timer = setTimeout(() => ending.abort(), mostMs)
  const late = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()))
  await Promise.race([written, exited, late])
  clearTimeout(timer)
  ending.abort()
}
